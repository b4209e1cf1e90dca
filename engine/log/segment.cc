#include "engine/log/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/file_names.h"

namespace varve::log {
Segment::Segment(FileCache& files, const std::string& directory, int64_t base_offset,
                 FileState state)
    : directory_(directory),
      base_offset_(base_offset),
      log_(files, PathOf(FileKind::kLog, state)),
      offset_index_(files, PathOf(FileKind::kOffsetIndex, state)),
      time_index_(files, PathOf(FileKind::kTimeIndex, state)),
      txn_index_(files, PathOf(FileKind::kTransactionIndex, state)),
      unwritten_(files.unwritten()),
      next_offset_(base_offset) {}

io::Task<absl::Status> Segment::Create(int64_t now_ms) {
  created_ms_ = modified_ms_ = now_ms;
  const auto file = co_await log_.Create();
  co_return file.status();
}

void Segment::CheckRoom(const BatchFacts& last, uint64_t bytes) const {
  VARVE_CHECK(last.last_offset - base_offset_ <= std::numeric_limits<int32_t>::max(),
              "offset {} does not fit {}", last.last_offset, log_.path());
  VARVE_CHECK(size_ + bytes <= kSegmentBytesMax, "{} bytes do not fit {}", bytes, log_.path());
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
  log_.set_unsynced(true);
  CO_RETURN_IF_ERROR(co_await file->Append(size_, pieces));
  for (const BatchFacts& batch : facts) NoteBatch(batch, config);
  NoteUnwrittenFrom(written_back_);
  // A failure to write index entries loses nothing: they wait, and recovery can make them again.
  if (offset_index_.should_write()) IgnoreError(co_await offset_index_.WritePending());
  if (time_index_.should_write()) IgnoreError(co_await time_index_.WritePending());
  if (txn_index_.should_write()) IgnoreError(co_await txn_index_.WritePending());
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

void Segment::NoteAborted(const TxnIndexEntry& aborted) {
  txn_index_.Add(aborted);
  indexes_synced_ = false;
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
  if (txn_index_.entries() > 0) CO_RETURN_IF_ERROR(co_await txn_index_.WritePending());
  if (allocated_ > size_) {
    CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
    CO_RETURN_IF_ERROR(co_await file->Truncate(size_));
  }
  allocated_ = 0;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::StartWriteback() {
  const uint64_t from = written_back_;
  const uint64_t length =
      std::min(unwritten_.bytes(), std::max(unwritten_.excess(), kWritebackBytes));
  NoteUnwrittenFrom(from + length);
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
  co_return co_await file->StartWriteback(from, length);
}

void Segment::NoteUnwrittenFrom(uint64_t position) {
  written_back_ = std::min(position, size_);
  unwritten_.Set(size_ - written_back_);
}

io::Task<absl::Status> Segment::SyncLog() {
  const uint64_t size = size_;
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
  CO_RETURN_IF_ERROR(co_await file->SyncData());
  NoteUnwrittenFrom(std::max(written_back_, size));
  if (size == size_) log_.set_unsynced(false);
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::SyncIndexes() {
  CO_RETURN_IF_ERROR(co_await offset_index_.Sync());
  CO_RETURN_IF_ERROR(co_await time_index_.Sync());
  CO_RETURN_IF_ERROR(co_await txn_index_.Sync());
  indexes_synced_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::LoadIndexes(bool has_txn_index) {
  CO_RETURN_IF_ERROR(co_await offset_index_.Load());
  CO_RETURN_IF_ERROR(co_await time_index_.Load());
  if (has_txn_index) CO_RETURN_IF_ERROR(co_await txn_index_.Load());
  if (const auto& last = time_index_.last()) {
    max_timestamp_ = {last->timestamp_ms, base_offset_ + int32_t{last->relative_offset}};
  }
  indexes_synced_ = true;
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
  // Its absence would say that there was no aborted transaction: it is replaced or removed once
  // that is known.
  txn_index_.Forget();
  co_return co_await time_index_.Reset();
}

io::Task<absl::Status> Segment::StoreIndexes() {
  AddTimeEntry();
  // First, since the others say that all is there.
  if (txn_index_.entries() > 0) {
    CO_RETURN_IF_ERROR(co_await txn_index_.Store());
  } else {
    CO_RETURN_IF_ERROR(co_await txn_index_.Reset());
  }
  CO_RETURN_IF_ERROR(co_await offset_index_.Store());
  CO_RETURN_IF_ERROR(co_await time_index_.Store());
  indexes_synced_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Segment::TruncateLog(uint64_t size) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await log_.Open());
  CO_RETURN_IF_ERROR(co_await file->Truncate(size));
  size_ = size;
  NoteUnwrittenFrom(written_back_);
  allocated_ = 0;
  co_return absl::OkStatus();
}

void Segment::SetLoaded(const Loaded& loaded) {
  size_ = loaded.size;
  NoteUnwrittenFrom(size_);
  next_offset_ = loaded.next_offset;
  first_timestamp_ = loaded.first_timestamp;
  created_ms_ = modified_ms_ = loaded.created_ms;
}

std::string Segment::PathOf(FileKind kind, FileState state) const {
  return fmt::format("{}/{}", directory_, FileName(base_offset_, kind, state));
}

io::Task<absl::Status> Segment::MoveLog(FileState state) {
  co_return co_await log_.Move(PathOf(FileKind::kLog, state));
}

io::Task<absl::Status> Segment::MoveIndexes(FileState state) {
  CO_RETURN_IF_ERROR(co_await txn_index_.Move(PathOf(FileKind::kTransactionIndex, state)));
  CO_RETURN_IF_ERROR(co_await offset_index_.Move(PathOf(FileKind::kOffsetIndex, state)));
  co_return co_await time_index_.Move(PathOf(FileKind::kTimeIndex, state));
}

Segment::AsLeft Segment::ToAsLeft() const {
  AsLeft left{base_offset_,     size_,       next_offset_, max_timestamp_,
              first_timestamp_, created_ms_, modified_ms_};
  left.offset_entries = offset_index_.entries();
  if (offset_index_.last()) left.last_offset_entry = *offset_index_.last();
  left.time_entries = time_index_.entries();
  if (time_index_.last()) left.last_time_entry = *time_index_.last();
  return left;
}

void Segment::Restore(const AsLeft& left) {
  size_ = left.size;
  NoteUnwrittenFrom(size_);
  next_offset_ = left.next_offset;
  max_timestamp_ = left.max_timestamp;
  first_timestamp_ = left.first_timestamp;
  created_ms_ = left.created_ms;
  modified_ms_ = left.modified_ms;
  offset_index_.Restore(left.offset_entries, left.last_offset_entry);
  time_index_.Restore(left.time_entries, left.last_time_entry);
  indexes_synced_ = true;
}

std::vector<std::string> Segment::Paths() const {
  std::vector<std::string> paths;
  for (const FileKind kind : {FileKind::kLog, FileKind::kOffsetIndex, FileKind::kTimeIndex,
                              FileKind::kTransactionIndex, FileKind::kSnapshot}) {
    paths.push_back(PathOf(kind, FileState::kPlain));
  }
  return paths;
}

}  // namespace varve::log
