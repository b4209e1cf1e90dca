#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "engine/record/batch.h"

// What of a log compaction may work on, and whether it should: pure functions.
namespace varve::log {

// What is known of one segment.
struct SegmentFacts {
  int64_t base_offset = 0;
  uint64_t size = 0;
  int64_t largest_timestamp_ms = record::kNoTimestamp;  // or of its file, without any
  // Of its first batch; -1 if there is none, or nobody looked (only max.compaction.lag.ms asks).
  int64_t first_timestamp_ms = record::kNoTimestamp;
};

struct DirtyRules {
  double min_cleanable_dirty_ratio = 0.5;
  int64_t min_compaction_lag_ms = 0;
  int64_t max_compaction_lag_ms = std::numeric_limits<int64_t>::max();
};

struct DirtyFacts {
  std::span<const SegmentFacts> segments;  // ascending; the last one is active
  int64_t log_start = 0;
  int64_t end = 0;
  // Below it every transaction is decided, and the bytes are durable.
  int64_t stable_end = 0;
  std::optional<int64_t> cleaned_up_to;  // where the last cleaning ended
  int64_t now_ms = 0;
};

// The part of a log that was cleaned before, the part that may be cleaned now, and the rest:
//   [log start .. first_dirty)          clean
//   [first_dirty .. first_uncleanable)  cleanable
// Both ends that were measured, in whole segments: a batch may straddle first_dirty.
struct Dirty {
  int64_t first_dirty = 0;
  int64_t first_uncleanable = 0;  // base of a segment
  uint64_t clean_bytes = 0;
  uint64_t cleanable_bytes = 0;
  bool overdue = false;   // by max.compaction.lag.ms
  bool eligible = false;  // worth a cleaning

  // Of the bytes that a cleaning would read, the part that it could make smaller.
  double ratio() const;
};

Dirty Measure(const DirtyFacts& facts, const DirtyRules& rules);

}  // namespace varve::log
