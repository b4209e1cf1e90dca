#include "tests/tools/dump/made_batches.h"

namespace varve::dump::test {
namespace {

record::MaybeBytes View(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return AsBytes(*text);
}

}  // namespace

Buffer MakeBatch(const record::BatchOptions& options, const std::vector<KeyValue>& records) {
  record::BatchBuilder builder(options);
  for (const KeyValue& record : records) {
    builder.Append(
        {.timestamp = record.timestamp, .key = View(record.key), .value = View(record.value)});
  }
  return builder.Build();
}

Buffer MakeBatch(int64_t base_offset, const std::vector<KeyValue>& records) {
  record::BatchOptions options;
  options.base_offset = base_offset;
  options.leader_epoch = 0;
  return MakeBatch(options, records);
}

Buffer Join(const std::vector<Buffer>& parts) {
  Buffer joined;
  for (const Buffer& part : parts) Append(joined, part);
  return joined;
}

}  // namespace varve::dump::test
