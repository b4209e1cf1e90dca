#pragma once

#include <cstdint>

#include "server/metrics/request_counters.h"
#include "server/metrics/topic_counters.h"

namespace varve::metrics {

// What one shard counts as it serves: plain numbers, no locks, and no memory once every API and
// every topic has been met.
//
// Threads   The shard's loop.
struct ShardCounters {
  RequestCounters requests{};
  TopicTable topics{};
  uint64_t slow_requests = 0;
};

}  // namespace varve::metrics
