#include "engine/log/producer_state.h"

#include <algorithm>

namespace varve::log {

ProducerState::Group::Verdict ProducerState::Group::Check(const ProducerState& state,
                                                          const ProducerBatch& batch, Origin origin,
                                                          size_t producers_max) {
  const auto changed = changed_.find(batch.producer_id);
  const ProducerEntry* known =
      changed != changed_.end() ? &changed->second : state.Find(batch.producer_id);
  static const ProducerEntry kUnknown;
  const ProducerEntry& entry = known != nullptr ? *known : kUnknown;
  if (origin == Origin::kClient) {
    if (const auto* duplicate = entry.FindDuplicate(batch)) return {*duplicate, {}};
  }
  if (const auto fault = entry.Check(batch, origin)) return {{}, fault};
  if (known == nullptr && !batch.marker && state.open_.size() >= producers_max) {
    return {{}, ProducerFault::kTooManyProducers};
  }
  ProducerEntry next = entry;
  next.Apply(batch);
  changed_.insert_or_assign(batch.producer_id, next);
  return {};
}

CompletedTxn ProducerState::Complete(int64_t first_offset, const ProducerBatch& marker) {
  open_.erase(first_offset);
  unreplicated_[first_offset] = marker.last_offset;
  unreplicated_order_[marker.last_offset] = first_offset;
  const int64_t stable = open_.empty() ? marker.last_offset + 1 : open_.begin()->first;
  return {{marker.producer_id, first_offset}, marker.last_offset, !marker.marker->commit, stable};
}

std::optional<CompletedTxn> ProducerState::Apply(const ProducerBatch& batch) {
  ProducerEntry& entry = producers_[batch.producer_id];
  const int64_t open_before = entry.txn_first_offset();
  entry.Apply(batch);
  if (entry.txn_first_offset() == open_before) return std::nullopt;
  if (entry.in_transaction()) {
    open_[entry.txn_first_offset()] = batch.producer_id;
    return std::nullopt;
  }
  return Complete(open_before, batch);
}

void ProducerState::Expire(int64_t now_ms, int64_t expiration_ms) {
  std::erase_if(producers_, [&](const auto& producer) {
    const ProducerEntry& entry = producer.second;
    return !entry.in_transaction() &&
           record::WrappingSubtract(now_ms, entry.last_timestamp()) >= expiration_ms;
  });
}

void ProducerState::Shrink(size_t producers_max) {
  if (producers_.size() <= producers_max) return;
  std::vector<int64_t> offsets;
  for (const auto& [id, entry] : producers_) {
    if (!entry.in_transaction()) offsets.push_back(entry.last_offset());
  }
  const size_t excess = producers_.size() - (producers_max - producers_max / 8);
  const size_t gone = std::min(excess, offsets.size());
  if (gone == 0) return;
  const auto last_gone = offsets.begin() + static_cast<ptrdiff_t>(gone - 1);
  std::nth_element(offsets.begin(), last_gone, offsets.end());
  std::erase_if(producers_, [&](const auto& producer) {
    return !producer.second.in_transaction() && producer.second.last_offset() <= *last_gone;
  });
}

void ProducerState::OnHighWatermark(int64_t high_watermark) {
  while (!unreplicated_order_.empty()) {
    const auto oldest = unreplicated_.find(unreplicated_order_.begin()->second);
    if (oldest != unreplicated_.end()) {
      if (oldest->second >= high_watermark) return;
      unreplicated_.erase(oldest);
    }
    unreplicated_order_.erase(unreplicated_order_.begin());
  }
}

std::optional<int64_t> ProducerState::first_unstable() const {
  std::optional<int64_t> first;
  if (!open_.empty()) first = open_.begin()->first;
  if (!unreplicated_.empty()) {
    const int64_t decided = unreplicated_.begin()->first;
    first = std::min(first.value_or(decided), decided);
  }
  return first;
}

const ProducerEntry* ProducerState::Find(int64_t producer_id) const {
  const auto found = producers_.find(producer_id);
  return found == producers_.end() ? nullptr : &found->second;
}

std::vector<ProducerSnapshotEntry> ProducerState::Snapshot() const {
  std::vector<ProducerSnapshotEntry> entries;
  entries.reserve(producers_.size());
  for (const auto& [id, entry] : producers_) {
    const ProducerEntry::Batch& newest = entry.newest();
    entries.push_back({id, entry.epoch(), newest.last_sequence, newest.last_offset,
                       newest.offset_delta, entry.last_timestamp(), entry.coordinator_epoch(),
                       entry.txn_first_offset()});
  }
  return entries;
}

ProducerState ProducerState::Restore(std::span<const ProducerSnapshotEntry> entries, int64_t now_ms,
                                     int64_t expiration_ms) {
  ProducerState state;
  for (const ProducerSnapshotEntry& entry : entries) {
    ProducerEntry& restored = state.producers_[entry.producer_id];
    restored.Restore({entry.last_sequence, entry.offset_delta, entry.last_offset, entry.timestamp},
                     entry.producer_epoch, entry.timestamp, entry.coordinator_epoch,
                     entry.current_first_offset);
    if (restored.in_transaction()) state.open_[restored.txn_first_offset()] = entry.producer_id;
  }
  state.Expire(now_ms, expiration_ms);
  return state;
}

}  // namespace varve::log
