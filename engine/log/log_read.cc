#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "engine/log/inside.h"
#include "engine/log/log.h"
#include "engine/log/time_search.h"

// Reading a log: ranges of bytes by offset, offsets by time.
namespace varve::log {

Log::Segments::iterator Log::SegmentOf(int64_t offset) {
  auto after = segments_.upper_bound(offset);
  return after == segments_.begin() ? after : std::prev(after);
}

// The offset behind the last one that the segment holds, or at least not above the next one's.
int64_t Log::EndOf(const Segment& segment) const {
  const auto next = segments_.upper_bound(segment.base_offset());
  return next != segments_.end() ? next->first : segment.next_offset();
}

// The first segment from `base` on that begins below `limit`; null without one.
Log::SegmentRef Log::NextToRead(int64_t base, int64_t limit) const {
  limit = std::min(limit, offsets_.end);  // a truncation may have come between
  const auto at = segments_.lower_bound(base);
  return at == segments_.end() || at->first >= limit ? nullptr : at->second;
}

// Where in the segment's file the batches below `limit` end.
io::Task<absl::StatusOr<uint64_t>> Log::LimitPosition(Segment& segment, int64_t limit) {
  if (limit >= EndOf(segment)) co_return segment.size();
  for (const Fence& fence : segment.fences()) {
    if (fence.start_offset <= limit && limit < fence.end_offset) co_return fence.position;
  }
  CO_ASSIGN_OR_RETURN(const std::optional<Located> at, co_await segment.Locate(limit));
  co_return at ? at->position : segment.size();
}

namespace {

// A range must not reach into a damaged stretch.
uint64_t BeforeNextFence(const Segment& segment, uint64_t position, uint64_t end) {
  for (const Fence& fence : segment.fences()) {
    if (fence.position >= position) end = std::min(end, fence.position);
  }
  return end;
}

}  // namespace

// What one segment has of it; nothing if the segment ends before `offset`.
io::Task<absl::StatusOr<std::optional<ReadRange>>> Log::ReadIn(Segment& segment, int64_t offset,
                                                               uint64_t bytes_max, int64_t limit,
                                                               bool whole_first_batch) {
  CO_ASSIGN_OR_RETURN(const std::optional<Located> first, co_await segment.Locate(offset));
  if (!first) co_return std::optional<ReadRange>();
  ReadRange result{{}, offset, 0};
  CO_ASSIGN_OR_RETURN(uint64_t end, co_await LimitPosition(segment, limit));
  end = BeforeNextFence(segment, first->position, end);
  const uint64_t allowed =
      whole_first_batch ? std::max<uint64_t>(bytes_max, first->size) : bytes_max;
  if (first->position >= end || allowed < first->size) co_return result;
  CO_ASSIGN_OR_RETURN(result.range.file, co_await segment.log_file().Open());
  result.range.position = first->position;
  result.range.size = std::min(end - first->position, allowed);
  result.first_offset = first->base_offset;
  result.first_batch_bytes = first->size;
  co_return result;
}

io::Task<absl::StatusOr<ReadRange>> Log::Read(int64_t offset, uint64_t bytes_max, int64_t limit,
                                              bool whole_first_batch) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  int64_t base = -1;  // not known yet, or not any more
  for (;;) {
    if (offset < offsets_.log_start || offset > offsets_.end) {
      co_return absl::OutOfRangeError(fmt::format("offset {} of {} is outside [{}, {}]", offset,
                                                  directory_, offsets_.log_start, offsets_.end));
    }
    const ReadRange nothing{{}, offset, 0};
    if (offset >= limit) co_return nothing;
    if (base < 0) base = SegmentOf(offset)->first;
    const SegmentRef segment = NextToRead(base, limit);
    if (segment == nullptr) co_return nothing;
    auto found = co_await ReadIn(*segment, offset, bytes_max, limit, whole_first_batch);
    if (segment->removed()) {
      base = -1;
      continue;
    }
    if (!found.ok()) co_return found.status();
    if (*found) co_return **std::move(found);
    base = segment->base_offset() + 1;  // a gap up to the next segment
  }
}

// What a search of one batch, which has to be opened, finds among the records that are served.
io::Task<Log::MaybeTime> Log::SearchBatch(Segment& segment, Located batch, int64_t limit,
                                          BatchSearch search) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await segment.log_file().Open());
  Buffer bytes(batch.size);
  CO_ASSIGN_OR_RETURN(const size_t read, co_await file->Read(batch.position, bytes));
  if (read != bytes.size()) {
    co_return absl::DataLossError(fmt::format("{} ends inside the batch at position {}",
                                              segment.log_file().path(), batch.position));
  }
  const OffsetSpan wanted{offsets_.log_start, limit};
  auto look = [&] { return search(bytes, wanted); };
  const bool small = !record::BatchView(bytes).is_compressed();
  if (small) co_return look();
  co_return co_await io::Offload(loop_, look);
}

io::Task<Log::MaybeTime> Log::FirstAtLeast(Segment& segment, int64_t timestamp_ms, int64_t limit) {
  const auto search = [timestamp_ms](Bytes batch, OffsetSpan wanted) {
    return FirstRecordAtLeast(batch, timestamp_ms, wanted);
  };
  int64_t offset = offsets_.log_start;
  for (;;) {
    CO_ASSIGN_OR_RETURN(const std::optional<Located> batch,
                        co_await segment.LocateTime(timestamp_ms, offset));
    if (!batch || batch->base_offset >= limit) co_return std::optional<TimestampOffset>();
    CO_ASSIGN_OR_RETURN(const std::optional<TimestampOffset> found,
                        co_await SearchBatch(segment, *batch, limit, search));
    if (found) co_return found;
    offset = batch->last_offset + 1;  // its header promised more than its records hold
  }
}

io::Task<Log::MaybeTime> Log::FindFrom(int64_t timestamp_ms, int64_t limit) {
  int64_t base = SegmentOf(offsets_.log_start)->first;
  while (const SegmentRef segment = NextToRead(base, limit)) {
    base = segment->base_offset() + 1;
    if (segment->max_timestamp().timestamp < timestamp_ms) continue;
    auto found = co_await FirstAtLeast(*segment, timestamp_ms, limit);
    if (segment->removed()) {
      base = segment->base_offset();  // another may be there
      continue;
    }
    if (!found.ok() || *found) co_return found;
  }
  co_return std::optional<TimestampOffset>();
}

io::Task<Log::MaybeTime> Log::FindTimestamp(int64_t timestamp_ms, int64_t limit) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  co_return co_await FindFrom(timestamp_ms, limit);
}

// The largest timestamp of whole batches that are served; -1 without any.
io::Task<absl::StatusOr<int64_t>> Log::MaxOfBatches(int64_t limit) {
  int64_t largest = record::kNoTimestamp;
  int64_t base = SegmentOf(offsets_.log_start)->first;
  while (const SegmentRef segment = NextToRead(base, limit)) {
    base = segment->base_offset() + 1;
    const TimestampOffset& max = segment->max_timestamp();
    if (max.timestamp <= largest) continue;
    const OffsetSpan served{offsets_.log_start, limit};
    if (segment->base_offset() >= served.start && max.offset < served.limit) {
      largest = max.timestamp;
      continue;
    }
    const absl::StatusOr<int64_t> within = co_await segment->MaxTimestampIn(served);
    if (segment->removed()) {
      base = segment->base_offset();
      continue;
    }
    CO_RETURN_IF_ERROR(within.status());
    largest = std::max(largest, *within);
  }
  co_return largest;
}

// The largest of the batch that the log start lies inside of; nothing if it is at a batch's begin.
io::Task<Log::MaybeTime> Log::MaxOfCutBatch(int64_t limit) {
  const int64_t start = offsets_.log_start;
  const SegmentRef segment = NextToRead(SegmentOf(start)->first, limit);
  if (segment == nullptr || segment->base_offset() >= start) {
    co_return std::optional<TimestampOffset>();
  }
  CO_ASSIGN_OR_RETURN(const std::optional<Located> first, co_await segment->Locate(start));
  if (!first || first->base_offset >= start) co_return std::optional<TimestampOffset>();
  co_return co_await SearchBatch(*segment, *first, limit, LargestRecord);
}

io::Task<Log::MaybeTime> Log::FindMaxTimestamp(int64_t limit) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  for (;;) {
    const SegmentRef first = SegmentOf(offsets_.log_start)->second;
    const MaybeTime cut = co_await MaxOfCutBatch(limit);
    if (first->removed()) continue;
    CO_RETURN_IF_ERROR(cut.status());
    CO_ASSIGN_OR_RETURN(const int64_t largest, co_await MaxOfBatches(limit));
    if (*cut && (*cut)->timestamp >= std::max<int64_t>(largest, 0)) co_return *cut;
    if (largest < 0) co_return std::optional<TimestampOffset>();
    co_return co_await FindFrom(largest, limit);
  }
}

}  // namespace varve::log
