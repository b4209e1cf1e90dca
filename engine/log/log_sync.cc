#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/inside.h"
#include "engine/log/log.h"

// Making a log durable: one sync in flight, the next group gathers behind it.
namespace varve::log {

void Log::StartSync() {
  if (std::exchange(syncing_, true)) return;
  // May have ended already when Spawn returns.
  if (!gate_.Spawn(SyncUntilNobodyWaits())) syncing_ = false;
}

void Log::NoteUndurable() {
  if (flusher_ == nullptr || syncing_) return;
  if (offsets_.durable >= offsets_.end) {
    flusher_->Remove(flush_place_);
  } else if (sync_error_.ok() && !gate_.closing()) {
    flusher_->Add(*this, flush_place_);
  }
}

io::Task<void> Log::FlushInBackground() {
  flusher_->Remove(flush_place_);
  const Inside inside(gate_);
  if (!inside.ok()) co_return;
  IgnoreError(co_await Flush());  // noted where appends will meet it
  NoteUndurable();
}

// See UnwrittenBytes.
void Log::StartWriteback() {
  if (writing_back_ || !active().wants_writeback()) return;
  writing_back_ = true;
  if (!gate_.Spawn(WriteBack(segments_.rbegin()->second))) writing_back_ = false;
}

io::Task<void> Log::WriteBack(SegmentRef segment) {
  IgnoreError(co_await segment->StartWriteback());  // only a sync tells what became of it
  writing_back_ = false;
}

io::Task<absl::Status> Log::Flush() {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  const int64_t wanted = offsets_.end;
  sync_wanted_ = std::max(sync_wanted_, wanted);
  StartSync();  // goes on until nothing is wanted any more
  while (offsets_.durable < std::min(wanted, offsets_.end) && sync_error_.ok()) {
    sync_progress_.Reset();
    co_await sync_progress_.Wait();
  }
  co_return sync_error_;
}

// Where the next sync has to begin: the segment that holds `durable`, or one before it that was
// closed when all it held was durable already, and whose indexes are not.
Log::Segments::iterator Log::FirstUnsynced() {
  auto at = SegmentOf(offsets_.durable);
  while (at != segments_.begin() && !std::prev(at)->second->indexes_synced()) --at;
  return at;
}

bool Log::NeedsSync() {
  return offsets_.durable < sync_wanted_ || FirstUnsynced() != SegmentOf(offsets_.durable);
}

// A failed sync is final: the pages it lost would look clean to the next one. Whatever the reason,
// those who wait for it must not take it for a full disk: their batches are written.
void Log::NoteSyncError() {
  if (sync_error_.ok()) return;
  sync_error_ = absl::DataLossError(sync_error_.message());
  health_.Note(sync_error_, loop_.Now());
}

io::Task<void> Log::SyncUntilNobodyWaits() {
  while (sync_error_.ok() && NeedsSync()) {
    const io::MonoTime begun = loop_.Now();
    sync_error_ = co_await SyncOnce();
    files_.counters().NoteSync(loop_.Now() - begun);
    NoteSyncError();
    CompleteDurable();
    sync_progress_.Set();
  }
  CompleteDurable();
  syncing_ = false;
  NoteUndurable();
}

io::Task<absl::Status> Log::SyncSegment(SegmentRef segment) {
  absl::Status synced;
  if (!segment->removed()) synced = co_await segment->SyncLog();
  const bool closed = segment.get() != &active();
  if (synced.ok() && closed && !segment->removed() && !segment->indexes_synced()) {
    synced = co_await segment->SyncIndexes();
  }
  // One that is gone need not be durable, and cannot even be opened.
  const bool gone = segment->removed() && !absl::IsDataLoss(synced);
  co_return gone ? absl::OkStatus() : synced;
}

// Syncs every segment that holds something between `durable` and what is wanted now. A recovery
// point above the end of a segment says that its indexes are durable, too.
io::Task<absl::Status> Log::SyncOnce() {
  const int64_t target = std::max(sync_wanted_, offsets_.durable);
  std::vector<SegmentRef> dirty;
  for (auto at = FirstUnsynced(); at != segments_.end() && at->first < target; ++at) {
    dirty.push_back(at->second);
  }
  for (const SegmentRef& segment : dirty) CO_RETURN_IF_ERROR(co_await SyncSegment(segment));
  CO_RETURN_IF_ERROR(co_await StoreSnapshots());
  if (std::exchange(directory_dirty_, false)) {
    CO_RETURN_IF_ERROR(co_await files_.disk().SyncDirectory(directory_));
  }
  offsets_.durable = target;
  Advanced();
  co_return absl::OkStatus();
}

void Log::CompleteDurable() {
  uint64_t completed = 0;
  while (!awaiting_sync_.empty()) {
    const bool durable = awaiting_sync_.front()->facts_.last_offset < offsets_.durable;
    if (!durable && sync_error_.ok()) break;
    PendingAppend& append = awaiting_sync_.Pop();
    if (durable) {
      ++completed;
      Complete(append, std::move(append.result_));
    } else {
      Complete(append, sync_error_);
    }
  }
  if (completed > 0) files_.counters().commits.Add(completed);
}

// A write that found no space may have reached the device in part before it was cut back. Whoever
// is told that nothing was written sends it again, and other batches take its place, offsets and
// epoch: a power loss must not bring it back.
io::Task<absl::Status> Log::SyncCutBack() {
  absl::Status synced = co_await active().SyncLog();
  if (synced.ok()) co_return synced;
  if (sync_error_.ok()) sync_error_ = std::move(synced);
  NoteSyncError();
  co_return sync_error_;
}

}  // namespace varve::log
