#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"

// Making a log durable: one sync in flight, the next group gathers behind it.
namespace varve::log {

void Log::StartSync() {
  if (syncing_) return;
  syncing_ = gate_.Spawn(SyncUntilNobodyWaits());
}

io::Task<absl::Status> Log::Flush() {
  const int64_t wanted = offsets_.end;
  sync_wanted_ = std::max(sync_wanted_, wanted);
  while (offsets_.durable < wanted && sync_error_.ok()) {
    StartSync();
    if (!syncing_) co_return absl::CancelledError("the log is closing");
    sync_progress_.Reset();
    co_await sync_progress_.Wait();
  }
  co_return sync_error_;
}

io::Task<void> Log::SyncUntilNobodyWaits() {
  while (offsets_.durable < sync_wanted_ && sync_error_.ok()) {
    sync_error_ = co_await SyncOnce();
    // A failed sync is final: the pages it lost would look clean to the next one.
    if (!sync_error_.ok()) health_.Note(absl::DataLossError(sync_error_.message()), loop_.Now());
    CompleteDurable();
    sync_progress_.Set();
  }
  CompleteDurable();
  syncing_ = false;
}

// Syncs every segment that holds something between `durable` and what is wanted now.
io::Task<absl::Status> Log::SyncOnce() {
  const int64_t target = sync_wanted_;
  std::vector<Segment*> dirty;
  for (auto at = SegmentOf(offsets_.durable); at != segments_.end(); ++at) {
    if (at->first < target) dirty.push_back(at->second.get());
  }
  for (Segment* segment : dirty) {
    CO_RETURN_IF_ERROR(co_await segment->SyncLog());
    const bool closed = segment != &active();
    if (closed && !segment->indexes_synced()) {
      CO_RETURN_IF_ERROR(co_await segment->SyncIndexes());
    }
  }
  if (std::exchange(directory_dirty_, false)) {
    CO_RETURN_IF_ERROR(co_await files_.disk().SyncDirectory(directory_));
  }
  offsets_.durable = std::max(offsets_.durable, target);
  Advanced();
  co_return absl::OkStatus();
}

void Log::CompleteDurable() {
  while (!awaiting_sync_.empty()) {
    const bool durable = awaiting_sync_.front()->facts_.last_offset < offsets_.durable;
    if (!durable && sync_error_.ok()) return;
    PendingAppend& append = awaiting_sync_.Pop();
    if (durable) {
      Complete(append, std::move(append.result_));
    } else {
      Complete(append, sync_error_);
    }
  }
}

}  // namespace varve::log
