#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/inside.h"
#include "engine/log/log.h"
#include "engine/log/producer_replay.h"

// What a log does about producers: their batches are judged in the order of writing, and noted once
// they are written; transactions hold the last stable offset back; snapshots are kept.
namespace varve::log {
namespace {

// As Kafka's producer.id.expiration.check.interval.ms.
constexpr int64_t kExpireEveryMs = int64_t{10} * 60 * 1000;

std::optional<ProducerBatch> ProducerBatchIn(Bytes bytes) {
  const record::BatchView batch(bytes);
  if (!batch.has_producer_id()) return std::nullopt;
  return ProducerBatchOf(batch, record::ParseEndMarker(batch));
}

std::string Explain(const ProducerBatch& batch, const ProducerEntry* entry) {
  std::string text =
      fmt::format("producer {} with epoch {} sent sequences {} to {}", batch.producer_id,
                  batch.epoch, batch.first_sequence, batch.last_sequence);
  if (entry == nullptr) return text + "; it is not known here";
  return text + fmt::format("; its last ones were epoch {}, sequence {}", entry->epoch(),
                            entry->newest().last_sequence);
}

}  // namespace

// Whether a batch of the group is to be written. Otherwise its result is known: it repeats another,
// or is refused.
bool Log::AdmitProducer(PendingAppend& append) {
  const auto batch = ProducerBatchIn(append.batch_);
  if (!batch) return true;
  const auto producers_max = static_cast<size_t>(config_.producers_max);
  const auto verdict = group_producers_.Check(producers_, *batch, append.origin_, producers_max);
  if (verdict.ok()) return true;
  if (verdict.fault) {
    append.result_ = RefuseProducer(
        *verdict.fault,
        fmt::format("{}: {}", directory_, Explain(*batch, producers_.Find(batch->producer_id))));
    return false;
  }
  const ProducerEntry::Batch& first = *verdict.duplicate;
  append.facts_.last_offset = first.last_offset;  // acknowledged when that one would be
  const int64_t append_time = config_.log_append_time ? first.timestamp : record::kNoTimestamp;
  append.result_ = Appended{first.first_offset(), first.last_offset, append_time};
  return false;
}

// One batch that lies in `segment`.
void Log::NoteProducer(Segment& segment, const ProducerBatch& batch) {
  const auto completed = producers_.Apply(batch);
  if (!completed || !completed->aborted) return;
  segment.NoteAborted(MakeTxnIndexEntry(completed->transaction, completed->last_offset,
                                        completed->last_stable_offset));
}

// The group is written.
void Log::NoteProducers() {
  for (const Bytes piece : group_pieces_) {
    const auto batch = ProducerBatchIn(piece);
    if (batch) NoteProducer(active(), *batch);
  }
  producers_.Shrink(static_cast<size_t>(config_.producers_max));
  if (producers_.empty()) return;
  const int64_t now_ms = loop_.clock().WallMillis();
  if (now_ms - producers_expired_ms_ < kExpireEveryMs && now_ms >= producers_expired_ms_) return;
  ExpireProducers();
}

void Log::ExpireProducers() {
  producers_expired_ms_ = loop_.clock().WallMillis();
  producers_.Expire(producers_expired_ms_, config_.producer_id_expiration_ms);
}

void Log::RefreshLastStable() {
  producers_.OnHighWatermark(offsets_.high_watermark);
  const int64_t unstable = producers_.first_unstable().value_or(offsets_.high_watermark);
  offsets_.last_stable = std::min(std::max(unstable, offsets_.log_start), offsets_.high_watermark);
}

// The state as it is now becomes a snapshot with the next sync.
void Log::PrepareSnapshot() {
  constexpr size_t kWaitingMax = 16;  // the disk is full, or slow: see KeepProducersAt
  waiting_snapshots_.emplace_back(offsets_.end, FormatProducerSnapshot(producers_.Snapshot()));
  if (waiting_snapshots_.size() > kWaitingMax) waiting_snapshots_.pop_front();
}

io::Task<absl::Status> Log::StoreSnapshot(int64_t offset, Buffer content) {
  const auto begins_segment = [this](int64_t other) { return segments_.contains(other); };
  CO_RETURN_IF_ERROR(co_await snapshots_.Store(files_.disk(), offset, std::move(content)));
  co_return co_await snapshots_.Prune(files_.disk(), begins_segment);
}

// Recovery can do without: only a failing device is an error. What could not be stored waits for
// the next sync.
io::Task<absl::Status> Log::StoreSnapshots() {
  while (!waiting_snapshots_.empty()) {
    auto first = std::move(waiting_snapshots_.front());
    waiting_snapshots_.pop_front();
    const absl::Status stored = co_await StoreSnapshot(first.first, first.second);
    if (absl::IsDataLoss(stored)) co_return stored;
    if (stored.ok()) continue;
    waiting_snapshots_.push_front(std::move(first));
    break;
  }
  co_return absl::OkStatus();
}

// A log that is closed cleanly without any snapshot had no producers.
io::Task<absl::Status> Log::StoreLastSnapshot() {
  const bool never_any = producers_.empty() && snapshots_.offsets().empty();
  if (never_any || snapshots_.newest_is(offsets_.end)) co_return absl::OkStatus();
  Buffer content = FormatProducerSnapshot(producers_.Snapshot());
  co_return co_await StoreSnapshot(offsets_.end, std::move(content));
}

// The state of everything below `base_offset`, which a segment begins with.
io::Task<absl::StatusOr<ProducerState>> Log::ProducersAt(int64_t base_offset) {
  ProducerState producers;
  int64_t from = segments_.begin()->first;
  std::vector<std::string> notes;  // damaged ones go, and the batches serve
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await snapshots_.LoadNewest(files_.disk(), from, base_offset, notes));
  if (found) {
    from = found->offset;
    producers = ProducerState::Restore(found->entries, loop_.clock().WallMillis(),
                                       config_.producer_id_expiration_ms);
  }
  std::vector<SegmentRef> segments;
  for (auto at = SegmentOf(from); at != segments_.end() && at->first < base_offset; ++at) {
    segments.push_back(at->second);
  }
  for (const SegmentRef& segment : segments) {
    const auto replayed = co_await ReplayProducers(*segment, from, base_offset, producers);
    if (!replayed.ok() && !segment->removed()) co_return replayed.status();
    producers.Shrink(static_cast<size_t>(config_.producers_max));
  }
  co_return producers;
}

// Sees to a snapshot where a segment begins, while syncs are held. A full disk, and batches that
// cannot be read, have to do without.
io::Task<absl::Status> Log::KeepProducersAt(int64_t base_offset) {
  CO_RETURN_IF_ERROR(co_await StoreSnapshots());
  const bool never_any = producers_.empty() && snapshots_.offsets().empty();
  if (never_any || snapshots_.offsets().contains(base_offset)) co_return absl::OkStatus();
  const auto producers = co_await ProducersAt(base_offset);
  if (!producers.ok()) co_return absl::OkStatus();
  Buffer content = FormatProducerSnapshot(producers->Snapshot());
  const absl::Status stored = co_await StoreSnapshot(base_offset, std::move(content));
  co_return absl::IsDataLoss(stored) ? stored : absl::OkStatus();
}

io::Task<absl::StatusOr<std::set<int64_t>>> Log::TransactionsOpenAt(int64_t base_offset) {
  std::set<int64_t> open;
  if (producers_.empty() && snapshots_.offsets().empty()) co_return open;
  CO_ASSIGN_OR_RETURN(const ProducerState state, co_await ProducersAt(base_offset));
  for (const auto& [id, producer] : state.producers()) {
    if (producer.in_transaction()) open.insert(id);
  }
  co_return open;
}

// By segments, and so by markers.
io::Task<absl::Status> Log::CollectAbortedFrom(int64_t from, int64_t upper,
                                               std::vector<AbortedTransaction>& found) {
  int64_t base = SegmentOf(from)->first;
  for (;;) {
    const auto at = segments_.lower_bound(base);
    if (at == segments_.end()) co_return absl::OkStatus();
    const SegmentRef segment = at->second;
    base = at->first + 1;
    CO_ASSIGN_OR_RETURN(const bool done, co_await CollectAbortedIn(*segment, from, upper, found));
    if (done) co_return absl::OkStatus();
  }
}

io::Task<absl::StatusOr<std::vector<AbortedTransaction>>> Log::AbortedTransactions(int64_t from,
                                                                                   int64_t upper) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  std::vector<AbortedTransaction> found;
  CO_RETURN_IF_ERROR(co_await CollectAbortedFrom(from, upper, found));
  std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
    return left.first_offset < right.first_offset;
  });
  co_return found;
}

// Entries of the segment whose markers lie at or behind `from`; true if later ones do not matter.
io::Task<absl::StatusOr<bool>> Log::CollectAbortedIn(Segment& segment, int64_t from, int64_t upper,
                                                     std::vector<AbortedTransaction>& found) {
  TxnIndex& index = segment.txn_index();
  if (!index.last() || index.last()->last_offset < from) co_return false;
  CO_ASSIGN_OR_RETURN(uint64_t number, co_await index.CountUpTo(from - 1));
  for (;;) {
    CO_ASSIGN_OR_RETURN(const auto entries, co_await index.EntriesFrom(number));
    if (entries.empty()) co_return false;
    if (CollectAborted(entries, from, upper, found)) co_return true;
    number += entries.size();
  }
}

io::Task<absl::StatusOr<std::vector<AbortedTransaction>>> Log::AbortedIn(ReadRange read) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  const bool none =
      std::all_of(segments_.lower_bound(SegmentOf(read.first_offset)->first), segments_.end(),
                  [](const auto& segment) { return segment.second->txn_index().entries() == 0; });
  if (none || read.range.size == 0) co_return std::vector<AbortedTransaction>();
  const SegmentRef segment = SegmentOf(read.first_offset)->second;
  CO_ASSIGN_OR_RETURN(
      const int64_t upper,
      co_await segment->UpperOffset(read.first_offset, read.range.position + read.range.size));
  co_return co_await AbortedTransactions(read.first_offset, upper);
}

io::Task<absl::StatusOr<std::vector<TxnIndexEntry>>> Log::AbortedEntries() {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  std::vector<TxnIndexEntry> all;
  int64_t base = 0;
  while (const SegmentRef segment = NextToRead(base, offsets_.end)) {
    base = segment->base_offset() + 1;
    for (uint64_t number = 0; number < segment->txn_index().entries();) {
      CO_ASSIGN_OR_RETURN(const auto entries, co_await segment->txn_index().EntriesFrom(number));
      if (entries.empty()) break;
      all.insert(all.end(), entries.begin(), entries.end());
      number += entries.size();
    }
  }
  co_return all;
}

}  // namespace varve::log
