#include "tests/engine/log/index_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "engine/log/file_names.h"
#include "engine/log/sparse_index.h"
#include "engine/record/batch.h"

namespace varve::log::test {
namespace {

using record::BatchView;

struct Placed {
  int64_t position;
  int64_t last_offset;
  int64_t max_timestamp;
};

std::vector<Placed> BatchesOf(Bytes log) {
  std::vector<Placed> batches;
  for (size_t at = 0; at < log.size();) {
    const Bytes rest = log.subspan(at);
    if (record::PeekBatch(rest).kind != record::Peek::Kind::kBatch) break;
    const BatchView batch(rest);
    const int64_t time = batch.record_count() > 0 ? batch.max_timestamp() : record::kNoTimestamp;
    batches.push_back({static_cast<int64_t>(at), batch.last_offset(), time});
    at += batch.size_bytes();
  }
  return batches;
}

template <typename Entry>
std::vector<Entry> EntriesOf(Bytes file) {
  std::vector<Entry> entries(file.size() / sizeof(Entry));
  const MutableBytes into = std::as_writable_bytes(std::span(entries));
  std::copy_n(file.begin(), into.size(), into.begin());
  return entries;
}

const Placed* EndingAt(const std::vector<Placed>& batches, int64_t last_offset) {
  const auto at = std::lower_bound(
      batches.begin(), batches.end(), last_offset,
      [](const Placed& batch, int64_t offset) { return batch.last_offset < offset; });
  return at != batches.end() && at->last_offset == last_offset ? &*at : nullptr;
}

std::string CheckOffsets(const std::vector<Placed>& batches, int64_t base, Bytes file) {
  if (file.size() % sizeof(OffsetIndexEntry) != 0) return "half an entry";
  int64_t previous = -1;
  for (const OffsetIndexEntry& entry : EntriesOf<OffsetIndexEntry>(file)) {
    const Placed* batch = EndingAt(batches, base + int32_t{entry.relative_offset});
    if (batch == nullptr || batch->position != entry.position) {
      return fmt::format("no batch ends with offset {} at position {}",
                         base + int32_t{entry.relative_offset}, int32_t{entry.position});
    }
    if (entry.relative_offset <= previous) return "offsets fall";
    previous = entry.relative_offset;
  }
  return "";
}

int64_t LargestBefore(const std::vector<Placed>& batches, int64_t position) {
  int64_t largest = -1;
  for (const Placed& batch : batches) {
    if (batch.position < position) largest = std::max(largest, batch.max_timestamp);
  }
  return largest;
}

std::string CheckTimes(const std::vector<Placed>& batches, int64_t base, Bytes file, bool closed) {
  if (file.size() % sizeof(TimeIndexEntry) != 0) return "half a time entry";
  int64_t previous = -1;
  for (const TimeIndexEntry& entry : EntriesOf<TimeIndexEntry>(file)) {
    const Placed* batch = EndingAt(batches, base + int32_t{entry.relative_offset});
    if (batch == nullptr || batch->max_timestamp != entry.timestamp_ms) {
      return fmt::format("no batch with time {} ends with offset {}", int64_t{entry.timestamp_ms},
                         base + int32_t{entry.relative_offset});
    }
    if (LargestBefore(batches, batch->position) >= batch->max_timestamp) return "a time is hidden";
    if (entry.timestamp_ms <= previous) return "times fall";
    previous = entry.timestamp_ms;
  }
  const int64_t largest = LargestBefore(batches, std::numeric_limits<int64_t>::max());
  if (closed && previous != largest)
    return fmt::format("largest time {}, not {}", previous, largest);
  return "";
}

}  // namespace

std::string CheckIndexFiles(io::SimDisk& disk, const std::string& directory) {
  std::map<int64_t, std::map<FileKind, Buffer>> segments;
  const auto names = disk.Names(directory);
  if (!names.ok()) return "";  // the machine is gone
  for (const std::string& name : *names) {
    const auto file = ParseFileName(name);
    if (!file) continue;
    if (file->kind == FileKind::kSnapshot) continue;
    if (file->state != FileState::kPlain) return fmt::format("{} is left over", name);
    segments[file->base_offset][file->kind] = *disk.Content(directory + "/" + name);
  }
  for (auto& [base, files] : segments) {
    const bool closed = base != segments.rbegin()->first;
    if (!files.contains(FileKind::kLog)) return fmt::format("an index at {} without log", base);
    if (closed &&
        (!files.contains(FileKind::kOffsetIndex) || !files.contains(FileKind::kTimeIndex))) {
      return fmt::format("segment {} lacks an index", base);
    }
    const std::vector<Placed> batches = BatchesOf(files[FileKind::kLog]);
    std::string wrong = CheckOffsets(batches, base, files[FileKind::kOffsetIndex]);
    if (wrong.empty()) wrong = CheckTimes(batches, base, files[FileKind::kTimeIndex], closed);
    if (!wrong.empty()) return fmt::format("indexes of segment {}: {}", base, wrong);
  }
  return "";
}

}  // namespace varve::log::test
