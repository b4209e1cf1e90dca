#include "engine/io/sim/sim_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace varve::io {

// One append on its way: how much of it is in the page cache.
struct SimFile::AppendState {
  SimDisk& disk;
  uint64_t life;
  SimInode& inode;
  uint64_t position;
  std::span<const Bytes> pieces;
  uint64_t total = 0;
  uint64_t done = 0;

  AppendState(SimDisk& on, SimInode& of, uint64_t at, std::span<const Bytes> what)
      : disk(on), life(on.life()), inode(of), position(at), pieces(what) {
    for (const Bytes piece : pieces) total += piece.size();
    VARVE_CHECK(!inode.appending, "two appends to one file at once");
    VARVE_CHECK(position == inode.size(), "an append at {} of a file of {} bytes", position,
                inode.size());
    inode.appending = true;
  }
  ~AppendState() {
    if (disk.life() == life) inode.appending = false;
  }
  AppendState(const AppendState&) = delete;
  AppendState& operator=(const AppendState&) = delete;
};

SimFile::SimFile(std::shared_ptr<SimDiskCalls> calls, SimInodeRef inode, std::string path,
                 bool writable)
    : calls_(std::move(calls)),
      disk_(calls_->disk()),
      inode_(std::move(inode)),
      path_(std::move(path)),
      life_(calls_->life()),
      writable_(writable) {
  ++inode_->open_files;
}

SimFile::~SimFile() {
  // After a crash, nothing counts as open.
  if (disk_.life() == life_) --inode_->open_files;
}

absl::Status SimFile::Writable(SimCall call) const {
  if (writable_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} {}: opened for reading only", NameOf(call), path_));
}

absl::Status SimFile::CheckSpace(SimCall call, uint64_t end) const {
  if (!disk_.limited() || end <= inode_->allocated()) return absl::OkStatus();
  const uint64_t wanted = end - inode_->allocated();
  const uint64_t free = disk_.FreeBytes();
  if (wanted <= free) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("{} {}: no space for {} bytes, {} are free", NameOf(call), path_, wanted, free));
}

void SimFile::Touch() { inode_->modified_ms = calls_->world().clock().WallMillis(); }

Task<absl::StatusOr<size_t>> SimFile::Read(uint64_t position, MutableBytes into) {
  absl::Status status = co_await calls_->Arrive(SimCall::kRead, path_);
  size_t done = 0;
  while (status.ok() && done < into.size()) {
    const size_t wanted = calls_->Piece(into.size() - done);
    const auto read = Peek(position + done, into.subspan(done, wanted));
    status = read.status();
    if (!read.ok() || *read == 0) break;
    done += *read;
    if (done < into.size()) status = co_await calls_->Continue(SimCall::kRead);
  }
  calls_->world().trace().Fold(status.ok() ? into.first(done) : MutableBytes());
  status = calls_->Record(SimCall::kRead, path_, std::move(status), position);
  if (!status.ok()) co_return status;
  co_return done;
}

Task<absl::StatusOr<size_t>> SimFile::ReadOnce(uint64_t position, MutableBytes into) {
  co_return co_await Read(position, into);
}

absl::StatusOr<size_t> SimFile::Peek(uint64_t position, MutableBytes into) const {
  if (!disk_.Alive(life_)) return SimDisk::CrashedError();
  if (position >= inode_->size()) return size_t{0};
  const size_t count = std::min<uint64_t>(into.size(), inode_->size() - position);
  if (inode_->IsBad(position, count)) {
    return absl::DataLossError(
        fmt::format("read {}: input/output error in {} bytes at {}", path_, count, position));
  }
  std::copy_n(inode_->seen().data() + position, count, into.data());
  return count;
}

void SimFile::WritePart(const AppendState& append, uint64_t from, uint64_t to) {
  Buffer part;
  uint64_t at = 0;
  for (const Bytes piece : append.pieces) {
    const uint64_t begin = std::clamp<uint64_t>(from, at, at + piece.size()) - at;
    const uint64_t end = std::clamp<uint64_t>(to, at, at + piece.size()) - at;
    varve::Append(part, piece.subspan(begin, end - begin));
    at += piece.size();
  }
  inode_->Write(append.position + from, part);
  Touch();
}

Task<absl::Status> SimFile::WriteAll(AppendState& append) {
  while (append.done < append.total) {
    const uint64_t end = append.done + calls_->Piece(append.total - append.done);
    CO_RETURN_IF_ERROR(CheckSpace(SimCall::kAppend, append.position + end));
    WritePart(append, append.done, end);
    append.done = end;
    if (end < append.total) CO_RETURN_IF_ERROR(co_await calls_->Continue(SimCall::kAppend));
  }
  co_return absl::OkStatus();
}

absl::Status SimFile::CutBack(AppendState& append, absl::Status why) {
  if (absl::IsAborted(why)) return why;
  const uint64_t free = disk_.FreeBytes();
  const uint64_t fits = std::min(append.total - append.done, free);
  const uint64_t more = disk_.random().Below(fits + 1);
  WritePart(append, append.done, append.done + more);
  inode_->Truncate(append.position);
  return why;
}

Task<absl::Status> SimFile::Append(uint64_t position, std::span<const Bytes> pieces) {
  CO_RETURN_IF_ERROR(Writable(SimCall::kAppend));
  if (!calls_->alive()) co_return SimDisk::CrashedError();
  AppendState append(disk_, *inode_, position, pieces);
  SimInFlight in_flight(disk_, [&](Random& random) {
    const uint64_t more = random.Below(append.total - append.done + 1);
    WritePart(append, append.done, append.done + more);
  });
  absl::Status status = co_await calls_->Arrive(SimCall::kAppend, path_);
  if (status.ok()) status = co_await WriteAll(append);
  if (!status.ok()) status = CutBack(append, std::move(status));
  for (const Bytes piece : pieces) calls_->world().trace().Fold(piece);
  co_return calls_->Record(SimCall::kAppend, path_, std::move(status), position);
}

// What is not synced may be durable or not anyway: there is nothing to do but to count.
Task<absl::Status> SimFile::StartWriteback(uint64_t /*position*/, uint64_t length) {
  disk_.NoteWriteback(length);
  co_return absl::OkStatus();
}

Task<absl::Status> SimFile::SyncData() {
  const uint64_t up_to = inode_->last_change();
  SimInFlight in_flight(disk_, [&](Random& random) {
    if (random.OneIn(2) && !disk_.lies(kLieSyncData)) inode_->Sync(up_to);
  });
  absl::Status status = co_await calls_->Arrive(SimCall::kSyncData, path_);
  if (absl::IsDataLoss(status)) inode_->DropDirty(up_to);
  if (status.ok() && !disk_.lies(kLieSyncData)) inode_->Sync(up_to);
  co_return calls_->Record(SimCall::kSyncData, path_, std::move(status));
}

Task<absl::Status> SimFile::Allocate(uint64_t position, uint64_t length) {
  CO_RETURN_IF_ERROR(Writable(SimCall::kAllocate));
  const auto apply = [&] {
    absl::Status space = CheckSpace(SimCall::kAllocate, position + length);
    if (space.ok()) inode_->Allocate(position + length);
    return space;
  };
  co_return co_await calls_->Change(SimCall::kAllocate, path_, apply);
}

Task<absl::Status> SimFile::Truncate(uint64_t size) {
  CO_RETURN_IF_ERROR(Writable(SimCall::kTruncate));
  const auto apply = [&] {
    inode_->Truncate(size);
    inode_->TrimAllocation();
    Touch();
    return absl::OkStatus();
  };
  co_return co_await calls_->Change(SimCall::kTruncate, path_, apply);
}

Task<absl::StatusOr<uint64_t>> SimFile::Size() {
  const absl::Status status = co_await calls_->Arrive(SimCall::kSize, path_);
  CO_RETURN_IF_ERROR(calls_->Record(SimCall::kSize, path_, status, inode_->size()));
  co_return inode_->size();
}

Task<absl::Status> SimFile::SetModified(int64_t modified_ms) {
  const auto apply = [&] {
    inode_->modified_ms = modified_ms;
    return absl::OkStatus();
  };
  co_return co_await calls_->Change(SimCall::kSetModified, path_, apply);
}

Task<void> SimFile::DropCached() { co_return; }

}  // namespace varve::io
