#include "tests/tools/dump/engine_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "engine/base/check.h"
#include "tests/tools/dump/made_batches.h"

namespace varve::dump::test {

LogConfig SmallSegments() {
  LogConfig config;
  config.segment_bytes = 8'000;
  config.index_interval_bytes = 500;
  config.retention_ms = -1;
  return config;
}

void AppendBatches(Log& log, int first, int batches) {
  for (int i = first; i < first + batches; ++i) {
    const std::string value = fmt::format("value {} {}", i, std::string(100, 'v'));
    std::array<std::string, 3> keys;
    std::array<NewRecord, 3> records;
    for (int k = 0; k < 3; ++k) {
      keys[k] = fmt::format("k{}", (3 * i + k) % 10);
      records[k].timestamp = kTime + int64_t{1000} * i;
      records[k].key = AsBytes(keys[k]);
      records[k].value = AsBytes(value);
    }
    const auto appended = log.Append(records, static_cast<Codec>(i % record::kCodecCount));
    VARVE_CHECK(appended.ok(), "{}", appended.status().ToString());
  }
}

void WriteLog(const std::string& directory, int batches) {
  auto store = Store::Open(directory);
  VARVE_CHECK(store.ok(), "{}", store.status().ToString());
  auto log = (*store)->OpenLog("t", SmallSegments());
  VARVE_CHECK(log.ok(), "{}", log.status().ToString());
  AppendBatches(**log, 0, batches);
  const absl::Status closed = (*store)->Close();
  VARVE_CHECK(closed.ok(), "{}", closed.ToString());
}

std::vector<Placed> BatchesIn(const std::string& log) {
  std::vector<Placed> batches;
  Bytes rest = AsBytes(log);
  while (record::PeekBatch(rest).kind == record::Peek::Kind::kBatch) {
    const record::BatchView batch(rest);
    batches.push_back(
        {log.size() - rest.size(), batch.size_bytes(), batch.base_offset(), batch.last_offset()});
    rest = rest.subspan(batch.size_bytes());
  }
  return batches;
}

std::vector<std::string> FilesIn(const std::string& directory, const std::string& suffix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(suffix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace varve::dump::test
