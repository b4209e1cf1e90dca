#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/segment.h"

// Finding batches in a segment. The indexes are hints: what they say is checked against the
// batches, and the .log file has the last word.
namespace varve::log {
namespace {

constexpr int64_t kAnyTime = std::numeric_limits<int64_t>::min();
// An index leads to the right batch or to one just before it: heads are all that is looked at.
constexpr size_t kFirstLookBytes = 256;

}  // namespace

const Fence* Segment::FenceAt(uint64_t position) const {
  for (const Fence& fence : fences_) {
    if (fence.position <= position && position < fence.end_position) return &fence;
  }
  return nullptr;
}

// The first batch from the start on that ends at or after `offset` and whose largest timestamp is
// at least `timestamp`.
io::Task<absl::StatusOr<std::optional<Located>>> Segment::Walk(Start start, int64_t offset,
                                                               int64_t timestamp) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await log_.Open());
  const BatchScanner::Options options{.first_bytes = kFirstLookBytes};
  BatchScanner scanner(std::move(file), start.position, size_, options);
  for (;;) {
    if (const Fence* fence = FenceAt(scanner.position())) {
      if (offset < fence->end_offset) {
        co_return absl::DataLossError(fmt::format("offsets {} to {} of {} are damaged",
                                                  fence->start_offset, fence->end_offset,
                                                  log_.path()));
      }
      scanner.SkipTo(fence->end_position);
    }
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind == Scanned::Kind::kEnd) co_return std::optional<Located>();
    const bool whole = scanned.kind == Scanned::Kind::kBatch;
    if (!whole || scanned.view().last_offset() > start.ends_by ||
        scanned.view().base_offset() < base_offset_) {
      co_return absl::DataLossError(
          fmt::format("no batch lies at position {} of {}", scanned.position, log_.path()));
    }
    start.ends_by = std::numeric_limits<int64_t>::max();
    const record::BatchView batch = scanned.view();
    if (batch.last_offset() >= offset && TimeOf(batch) >= timestamp) {
      co_return Located{scanned.position, scanned.size, batch.base_offset(), batch.last_offset(),
                        TimeOf(batch)};
    }
  }
}

// Where an entry says that a batch is; the segment's start if it cannot be there.
Segment::Start Segment::StartAt(const OffsetIndexEntry& entry) const {
  const auto position = static_cast<uint64_t>(int32_t{entry.position});
  if (position >= size_) return Start();
  return Start{position, base_offset_ + int32_t{entry.relative_offset}};
}

io::Task<absl::StatusOr<std::optional<Located>>> Segment::Locate(int64_t offset) {
  Start start;
  const auto around = co_await offset_index_.Find(offset - base_offset_);
  if (around.ok() && around->floor) {
    start = StartAt(*around->floor);
    // Who reads on from the end of a batch that is in the index: if batches are large, the next one
    // is in it as well, and only its head need be looked at.
    const Start next = around->above ? StartAt(*around->above) : Start();
    if (start.ends_by == offset - 1 && next.position > start.position) {
      auto located = co_await Walk(next, offset, kAnyTime);
      if (located.ok() && *located && (*located)->base_offset <= offset) co_return located;
    }
  }
  auto located = co_await Walk(start, offset, kAnyTime);
  // An index that leads astray must not hide sound data.
  if (absl::IsDataLoss(located.status()) && start.position != 0) {
    located = co_await Walk(Start(), offset, kAnyTime);
  }
  co_return located;
}

// The position of a batch before which no batch reaches `timestamp`, by the time index; nothing
// if it knows none behind `offset_min`, or if it says what the batches do not.
io::Task<std::optional<uint64_t>> Segment::TimeHint(int64_t timestamp, int64_t offset_min) {
  if (timestamp == kAnyTime) co_return std::nullopt;
  const auto around = co_await time_index_.Find(timestamp - 1);
  if (!around.ok() || !around->floor) co_return std::nullopt;
  const TimeIndexEntry& entry = *around->floor;
  const int64_t offset = base_offset_ + int32_t{entry.relative_offset};
  if (offset <= offset_min) co_return std::nullopt;
  const auto batch = co_await Locate(offset);
  if (!batch.ok() || !*batch) co_return std::nullopt;
  const bool as_told =
      (*batch)->base_offset <= offset && (*batch)->max_timestamp == entry.timestamp_ms;
  co_return as_told ? std::optional((*batch)->position) : std::nullopt;
}

io::Task<absl::StatusOr<std::optional<Located>>> Segment::LocateTime(int64_t timestamp,
                                                                     int64_t offset_min) {
  const int64_t offset = std::max(offset_min, base_offset_);
  const std::optional<uint64_t> hint = co_await TimeHint(timestamp, offset);
  if (hint) co_return co_await Walk(Start{.position = *hint}, offset, timestamp);
  CO_ASSIGN_OR_RETURN(const std::optional<Located> start, co_await Locate(offset));
  if (!start) co_return std::optional<Located>();
  co_return co_await Walk(Start{.position = start->position}, offset, timestamp);
}

io::Task<absl::StatusOr<int64_t>> Segment::FirstTimestamp() {
  if (first_timestamp_ >= 0 || size_ == 0) co_return first_timestamp_;
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await log_.Open());
  BatchScanner scanner(std::move(file), 0, size_, BatchScanner::Options{.buffer_bytes = 0});
  CO_ASSIGN_OR_RETURN(const Scanned first, co_await scanner.Next());
  if (first.kind == Scanned::Kind::kBatch) first_timestamp_ = TimeOf(first.view());
  co_return first_timestamp_;
}

io::Task<absl::StatusOr<int64_t>> Segment::MaxTimestampIn(OffsetSpan span) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await log_.Open());
  BatchScanner scanner(std::move(file), 0, size_, BatchScanner::Options{});
  int64_t largest = record::kNoTimestamp;
  for (;;) {
    if (const Fence* fence = FenceAt(scanner.position())) scanner.SkipTo(fence->end_position);
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind != Scanned::Kind::kBatch) co_return largest;
    if (scanned.view().last_offset() >= span.limit) co_return largest;
    if (scanned.view().base_offset() < span.start) continue;
    largest = std::max(largest, TimeOf(scanned.view()));
  }
}

io::Task<absl::StatusOr<int64_t>> Segment::EndBefore(uint64_t position) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await log_.Open());
  BatchScanner scanner(std::move(file), 0, position, BatchScanner::Options{});
  int64_t end = base_offset_;
  while (scanner.position() < position) {
    if (const Fence* fence = FenceAt(scanner.position())) {
      end = fence->end_offset;
      scanner.SkipTo(fence->end_position);
      continue;
    }
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind != Scanned::Kind::kBatch) {
      co_return absl::DataLossError(
          fmt::format("no batch lies at position {} of {}", scanned.position, log_.path()));
    }
    end = scanned.view().next_offset();
  }
  co_return end;
}

io::Task<absl::StatusOr<int64_t>> Segment::UpperOffset(int64_t from, uint64_t end_position) {
  if (end_position >= size_) co_return next_offset_;
  CO_ASSIGN_OR_RETURN(uint64_t index, co_await offset_index_.CountUpTo(from - base_offset_));
  for (;;) {
    CO_ASSIGN_OR_RETURN(const auto entries, co_await offset_index_.EntriesFrom(index));
    for (const OffsetIndexEntry& entry : entries) {
      const auto position = static_cast<uint64_t>(int32_t{entry.position});
      if (position >= end_position) co_return base_offset_ + int32_t{entry.relative_offset};
    }
    if (entries.empty()) co_return next_offset_;
    index += entries.size();
  }
}

}  // namespace varve::log
