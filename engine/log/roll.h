#pragma once

#include <cstdint>

#include "engine/log/config.h"
#include "engine/log/segment.h"

namespace varve::log {

// What the decision to begin a new segment depends on.
struct RollFacts {
  int64_t base_offset = 0;
  uint64_t size = 0;
  uint64_t offset_index_entries = 0;
  uint64_t time_index_entries = 0;
  int64_t first_timestamp = record::kNoTimestamp;
  int64_t created_ms = 0;
  int64_t jitter_ms = 0;  // drawn once per segment
  int64_t now_ms = 0;
};

RollFacts FactsOf(const Segment& segment, int64_t jitter_ms, int64_t now_ms);

// Whether `next` belongs in a new segment: because of size, time, a full index, or an offset that
// is too far from the base. Kafka's rules; evaluated at every append.
bool ShouldRoll(const RollFacts& facts, const BatchFacts& next, const Config& config);

// Whether the segment is old enough although nothing is appended.
bool ShouldRollIdle(const RollFacts& facts, const Config& config);

}  // namespace varve::log
