#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/producer_replay.h"
#include "engine/log/producer_snapshot.h"
#include "engine/log/recoverer.h"

// What producers did, told by the newest snapshot and the batches behind it.
namespace varve::log {

io::Task<absl::Status> Recoverer::ReplayUpTo(int64_t offset) {
  for (const auto& segment : result_.segments) {
    if (segment->base_offset() >= offset || segment->next_offset() <= *producers_to_) continue;
    report().Note(Row::kProducersReplayed);
    CO_ASSIGN_OR_RETURN(
        const std::string damage,
        co_await ReplayProducers(*segment, *producers_to_, offset, result_.producers));
    // What was trusted is not read for this alone. Lookups that meet the place will say so, too.
    if (!damage.empty()) Tell("producers: {}", damage);
    result_.producers.Shrink(static_cast<size_t>(arguments_.config.producers_max));
  }
  producers_to_ = offset;
  co_return absl::OkStatus();
}

// Makes the state that of everything below `offset`: from the newest snapshot if that is nearer
// than what was read already, and by the segments that are loaded.
io::Task<absl::Status> Recoverer::BringProducersTo(int64_t offset) {
  const auto& segments = result_.segments;
  const bool unread = std::any_of(segments.begin(), segments.end(), [&](const auto& segment) {
    return segment->base_offset() < offset && segment->next_offset() > producers_to_.value_or(-1);
  });
  if (unread || !producers_to_) {
    const int64_t from = producers_to_ ? *producers_to_ + 1 : segments.front()->base_offset();
    const size_t notes_before = report().notes.size();
    CO_ASSIGN_OR_RETURN(const auto found, co_await result_.snapshots.LoadNewest(
                                              disk(), from, offset, report().notes));
    if (report().notes.size() > notes_before) {
      report().Note(Row::kSnapshotUnusable);
      directory_changed_ = true;
    }
    if (found) {
      result_.producers = ProducerState::Restore(found->entries, loop_.clock().WallMillis(),
                                                 arguments_.config.producer_id_expiration_ms);
      producers_to_ = found->offset;
    }
  }
  if (!producers_to_) producers_to_ = segments.front()->base_offset();
  co_return co_await ReplayUpTo(offset);
}

// A segment that retention lets begin the log one day has to have a snapshot where it begins.
// Only a failing device is an error.
io::Task<absl::Status> Recoverer::KeepProducersAt(int64_t base_offset) {
  SnapshotFiles& snapshots = result_.snapshots;
  const bool first = base_offset == result_.segments.front()->base_offset();
  if (first || snapshots.offsets().contains(base_offset)) co_return absl::OkStatus();
  Buffer content = FormatProducerSnapshot(result_.producers.Snapshot());
  const absl::Status stored = co_await snapshots.Store(disk(), base_offset, std::move(content));
  co_return absl::IsDataLoss(stored) ? stored : absl::OkStatus();
}

// Of a batch that was accepted into the active segment.
void Recoverer::NoteProducer(const ProducerBatch& batch) {
  const auto completed = result_.producers.Apply(batch);
  if (completed && completed->aborted) {
    active().NoteAborted(MakeTxnIndexEntry(completed->transaction, completed->last_offset,
                                           completed->last_stable_offset));
  }
  result_.producers.Shrink(static_cast<size_t>(arguments_.config.producers_max));
}

io::Task<absl::Status> Recoverer::FinishProducers() {
  // A log that was closed without any has none: see Log::Close. As Kafka takes it.
  const bool none = arguments_.stop == Stop::kClean && result_.snapshots.offsets().empty();
  CO_ASSIGN_OR_RETURN(const bool beyond,
                      co_await result_.snapshots.RemoveAbove(disk(), result_.end));
  if (beyond) report().Note(Row::kSnapshotBeyondEnd);
  if (none && !producers_to_) co_return absl::OkStatus();
  co_return co_await BringProducersTo(result_.end);
}

}  // namespace varve::log
