#include "engine/log/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/file_names.h"

namespace varve::log {
namespace {

std::string Stem(const std::string& directory, int64_t base_offset) {
  return fmt::format("{}/{:020}", directory, base_offset);
}

}  // namespace

Segment::Segment(FileCache& files, const std::string& directory, int64_t base_offset)
    : stem_(Stem(directory, base_offset)),
      base_offset_(base_offset),
      log_(files, stem_ + ".log"),
      offset_index_(files, stem_ + ".index"),
      time_index_(files, stem_ + ".timeindex"),
      next_offset_(base_offset) {}

io::Task<absl::Status> Segment::Create(int64_t now_ms) {
  created_ms_ = now_ms;
  const auto file = co_await log_.Create();
  co_return file.status();
}

void Segment::CheckRoom(const BatchFacts& last, uint64_t bytes) const {
  VARVE_CHECK(last.last_offset - base_offset_ <= std::numeric_limits<int32_t>::max(),
              "offset {} does not fit {}", last.last_offset, stem_);
  VARVE_CHECK(size_ + bytes <= kSegmentBytesMax, "{} bytes do not fit {}", bytes, stem_);
}

io::Task<void> Segment::AllocateAhead(io::File& file, uint64_t bytes, const Config& config) {
  // Tiny logs set nothing aside; a log that grows sets aside as much again as it has.
  constexpr uint64_t kStepMin = 1 << 20;
  const uint64_t step = std::min<uint64_t>(config.allocate_step_bytes, size_);
  if (step < kStepMin || size_ + bytes <= allocated_) co_return;
  const uint64_t limit = std::max<uint64_t>(config.segment_bytes, size_ + bytes);
  const uint64_t target = std::min(limit, size_ + bytes + step);
  // Without space the append itself will say so.
  if ((co_await file.Allocate(size_, target - size_)).ok()) allocated_ = target;
}

io::Task<absl::Status> Segment::Append(std::span<const Bytes> pieces,
                                       std::span<const BatchFacts> facts, const Config& config) {
  uint64_t bytes = 0;
  for (const Bytes piece : pieces) bytes += piece.size();
  CheckRoom(facts.back(), bytes);
  io::FileRef file = log_.IfOpen();
  if (file == nullptr) {
    CO_ASSIGN_OR_RETURN(file, co_await log_.Open());
  }
  co_await AllocateAhead(*file, bytes, config);
  CO_RETURN_IF_ERROR(co_await file->Append(size_, pieces));
  for (const BatchFacts& batch : facts) NoteBatch(batch, config);
  // A failure to write index entries loses nothing: they wait, and recovery can make them again.
  if (offset_index_.should_write()) IgnoreError(co_await offset_index_.WritePending());
  if (time_index_.should_write()) IgnoreError(co_await time_index_.WritePending());
  co_return absl::OkStatus();
}

void Segment::NoteBatch(const BatchFacts& batch, const Config& config) {
  if (first_timestamp_ < 0) first_timestamp_ = batch.max_timestamp;
  if (batch.max_timestamp > max_timestamp_.timestamp) {
    max_timestamp_ = {batch.max_timestamp, batch.last_offset};
  }
  const bool offset_room = (offset_index_.entries() + 1) * sizeof(OffsetIndexEntry) <=
                           static_cast<uint64_t>(config.segment_index_bytes);
  if (bytes_since_index_entry_ > static_cast<uint64_t>(config.index_interval_bytes) &&
      offset_room) {
    offset_index_.Add(
        {static_cast<int32_t>(batch.last_offset - base_offset_), static_cast<int32_t>(size_)});
    AddTimeEntry();
    bytes_since_index_entry_ = 0;
  }
  bytes_since_index_entry_ += batch.size;
  size_ += batch.size;
  next_offset_ = batch.last_offset + 1;
  indexes_synced_ = false;
}

void Segment::AddTimeEntry() {
  if (max_timestamp_.timestamp < 0) return;
  const auto& last = time_index_.last();
  if (last && last->timestamp_ms >= max_timestamp_.timestamp) return;
  time_index_.Add(
      {max_timestamp_.timestamp, static_cast<int32_t>(max_timestamp_.offset - base_offset_)});
}

void Segment::SkipFence(const Fence& fence) {
  fences_.push_back(fence);
  size_ = fence.end_position;
  next_offset_ = fence.end_offset;
}

io::Task<absl::Status> Segment::Finish() {
  AddTimeEntry();
  CO_RETURN_IF_ERROR(co_await offset_index_.WritePending());
  CO_RETURN_IF_ERROR(co_await time_index_.WritePending());
  if (allocated_ > size_) {
    CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
    CO_RETURN_IF_ERROR(co_await file->Truncate(size_));
  }
  allocated_ = 0;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::SyncLog() {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
  co_return co_await file->SyncData();
}

io::Task<absl::Status> Segment::SyncIndexes() {
  CO_RETURN_IF_ERROR(co_await offset_index_.Sync());
  CO_RETURN_IF_ERROR(co_await time_index_.Sync());
  indexes_synced_ = true;
  co_return absl::OkStatus();
}

const Fence* Segment::FenceAt(uint64_t position) const {
  for (const Fence& fence : fences_) {
    if (fence.position <= position && position < fence.end_position) return &fence;
  }
  return nullptr;
}

// The first batch from position `from` on that ends at or after `offset` and whose largest
// timestamp is at least `timestamp`.
io::Task<absl::StatusOr<std::optional<Located>>> Segment::Walk(uint64_t from, int64_t offset,
                                                               int64_t timestamp) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await log_.Open());
  BatchScanner scanner(std::move(file), from, size_, BatchScanner::Options{});
  for (;;) {
    if (const Fence* fence = FenceAt(scanner.position())) {
      if (offset < fence->end_offset) {
        co_return absl::DataLossError(fmt::format("offsets {} to {} of {} are damaged",
                                                  fence->start_offset, fence->end_offset, stem_));
      }
      scanner.SkipTo(fence->end_position);
    }
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind == Scanned::Kind::kEnd) co_return std::optional<Located>();
    if (scanned.kind != Scanned::Kind::kBatch) {
      co_return absl::DataLossError(
          fmt::format("no batch lies at position {} of {}.log", scanned.position, stem_));
    }
    const record::BatchView batch = scanned.view();
    if (batch.last_offset() >= offset && batch.max_timestamp() >= timestamp) {
      co_return Located{scanned.position, scanned.size, batch.base_offset(), batch.last_offset(),
                        batch.max_timestamp()};
    }
  }
}

io::Task<absl::StatusOr<std::optional<Located>>> Segment::Locate(int64_t offset) {
  constexpr int64_t kAnyTime = std::numeric_limits<int64_t>::min();
  uint64_t from = 0;
  const auto entry = co_await offset_index_.Floor(offset - base_offset_);
  if (entry.ok() && *entry && static_cast<uint64_t>(int32_t{(*entry)->position}) < size_) {
    from = static_cast<uint64_t>(int32_t{(*entry)->position});
  }
  auto located = co_await Walk(from, offset, kAnyTime);
  // An index that leads astray must not hide sound data: the file itself has the last word.
  if (absl::IsDataLoss(located.status()) && from != 0) {
    located = co_await Walk(0, offset, kAnyTime);
  }
  co_return located;
}

io::Task<absl::StatusOr<std::optional<Located>>> Segment::LocateTime(int64_t timestamp,
                                                                     int64_t offset_min) {
  // The entry with a smaller timestamp: every batch before its own is older than that.
  int64_t offset = std::max(offset_min, base_offset_);
  const auto time_entry = co_await time_index_.Floor(timestamp - 1);
  if (time_entry.ok() && *time_entry) {
    offset = std::max(offset, base_offset_ + int32_t{(*time_entry)->relative_offset});
  }
  CO_ASSIGN_OR_RETURN(const std::optional<Located> start, co_await Locate(offset));
  if (!start) co_return std::optional<Located>();
  co_return co_await Walk(start->position, offset, timestamp);
}

io::Task<absl::Status> Segment::LoadIndexes() {
  CO_RETURN_IF_ERROR(co_await offset_index_.Load());
  CO_RETURN_IF_ERROR(co_await time_index_.Load());
  if (const auto& last = time_index_.last()) {
    max_timestamp_ = {last->timestamp_ms, base_offset_ + int32_t{last->relative_offset}};
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::ResetIndexes() {
  size_ = 0;
  next_offset_ = base_offset_;
  bytes_since_index_entry_ = 0;
  max_timestamp_ = {};
  first_timestamp_ = record::kNoTimestamp;
  fences_.clear();
  indexes_synced_ = false;
  CO_RETURN_IF_ERROR(co_await offset_index_.Reset());
  co_return co_await time_index_.Reset();
}

io::Task<absl::Status> Segment::TruncateLog(uint64_t size) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
  CO_RETURN_IF_ERROR(co_await file->Truncate(size));
  size_ = size;
  allocated_ = 0;
  co_return absl::OkStatus();
}

void Segment::SetLoaded(const Loaded& loaded) {
  size_ = loaded.size;
  next_offset_ = loaded.next_offset;
  first_timestamp_ = loaded.first_timestamp;
  created_ms_ = loaded.created_ms;
}

std::vector<std::string> Segment::Paths() const {
  return {stem_ + ".log", stem_ + ".index", stem_ + ".timeindex", stem_ + ".txnindex",
          stem_ + ".snapshot"};
}

}  // namespace varve::log
