#include "engine/log/roll.h"

#include <algorithm>
#include <limits>

namespace varve::log {
namespace {

bool IndexFull(const RollFacts& facts, const Config& config) {
  const auto bytes_max = static_cast<uint64_t>(config.segment_index_bytes);
  const uint64_t offset_entries_max = bytes_max / sizeof(OffsetIndexEntry);
  const uint64_t time_entries_max = bytes_max / sizeof(TimeIndexEntry);
  // One time entry stays free for the one that closing the segment adds.
  return facts.offset_index_entries >= std::max<uint64_t>(offset_entries_max, 1) ||
         facts.time_index_entries + 1 >= std::max<uint64_t>(time_entries_max, 2);
}

// Compaction reads closed segments only: one that holds overdue records must not stay open.
int64_t PatienceMs(const RollFacts& facts, const Config& config) {
  const int64_t most_ms = config.cleanup_compact
                              ? std::min(config.segment_ms, config.max_compaction_lag_ms)
                              : config.segment_ms;
  return most_ms - std::min(facts.jitter_ms, most_ms);
}

}  // namespace

RollFacts FactsOf(const Segment& segment, int64_t jitter_ms, int64_t now_ms) {
  return {segment.base_offset(),
          segment.size(),
          segment.offset_index().entries(),
          segment.time_index().entries(),
          segment.first_timestamp(),
          segment.created_ms(),
          jitter_ms,
          now_ms};
}

bool ShouldRoll(const RollFacts& facts, const BatchFacts& next, const Config& config) {
  if (facts.size == 0) return false;
  const auto bytes_max = static_cast<uint64_t>(std::min(config.segment_bytes, kSegmentBytesMax));
  if (facts.size + next.size > bytes_max) return true;
  if (next.last_offset - facts.base_offset > std::numeric_limits<int32_t>::max()) return true;
  if (IndexFull(facts, config)) return true;
  const bool stamped = facts.first_timestamp >= 0;
  const int64_t waited_ms =
      stamped ? next.max_timestamp - facts.first_timestamp : facts.now_ms - facts.created_ms;
  return waited_ms > PatienceMs(facts, config);
}

bool ShouldRollIdle(const RollFacts& facts, const Config& config) {
  return facts.size > 0 && facts.now_ms - facts.created_ms > PatienceMs(facts, config);
}

}  // namespace varve::log
