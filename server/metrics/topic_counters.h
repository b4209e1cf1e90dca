#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "engine/base/uuid.h"

namespace varve::metrics {

// What was written to topics and read from them. "Requests" are their entries, one a partition, as
// Kafka counts them.
struct TopicCounters {
  uint64_t messages_in = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint64_t produce_requests = 0;
  uint64_t fetch_requests = 0;
  uint64_t failed_produce_requests = 0;
  uint64_t failed_fetch_requests = 0;

  void Add(const TopicCounters& other);
};

// The topics of one shard's requests. Takes memory for a topic when it is first met.
class TopicTable {
 public:
  struct Entry {
    Uuid id;
    TopicCounters counters;
  };

  // Of everything, topics that are gone or never were included.
  TopicCounters& all() { return all_; }
  const TopicCounters& all() const { return all_; }

  // Until the next call of a method that changes the table.
  TopicCounters& Of(const Uuid& id);
  const std::vector<Entry>& entries() const { return entries_; }

  // Forgets topics of which `gone(id)` is true.
  template <typename Predicate>
  void EraseIf(Predicate gone) {
    for (size_t i = 0; i < entries_.size();) {
      if (gone(entries_[i].id)) {
        Erase(i);
      } else {
        ++i;
      }
    }
  }

 private:
  void Erase(size_t position);

  TopicCounters all_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<Uuid, size_t> positions_;
};

}  // namespace varve::metrics
