#include "server/metrics/topic_counters.h"

namespace varve::metrics {

void TopicCounters::Add(const TopicCounters& other) {
  messages_in += other.messages_in;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  produce_requests += other.produce_requests;
  fetch_requests += other.fetch_requests;
  failed_produce_requests += other.failed_produce_requests;
  failed_fetch_requests += other.failed_fetch_requests;
}

TopicCounters& TopicTable::Of(const Uuid& id) {
  const auto [at, added] = positions_.try_emplace(id, entries_.size());
  if (added) entries_.push_back({id, {}});
  return entries_[at->second].counters;
}

// The last one takes its place.
void TopicTable::Erase(size_t position) {
  positions_.erase(entries_[position].id);
  if (position + 1 < entries_.size()) {
    entries_[position] = entries_.back();
    positions_[entries_[position].id] = position;
  }
  entries_.pop_back();
}

}  // namespace varve::metrics
