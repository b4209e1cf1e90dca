#include "engine/log/clean/dirty.h"

#include <algorithm>

namespace varve::log {
namespace {

// A time that may be far in the past, without wrapping around.
int64_t Before(int64_t now_ms, int64_t lag_ms) {
  if (now_ms < std::numeric_limits<int64_t>::min() + lag_ms) {
    return std::numeric_limits<int64_t>::min();
  }
  return now_ms - lag_ms;
}

int64_t FirstDirty(const DirtyFacts& facts) {
  const int64_t cleaned = facts.cleaned_up_to.value_or(facts.log_start);
  // A checkpoint that speaks of what is not there is no checkpoint.
  if (cleaned < facts.log_start || cleaned > facts.end) return facts.log_start;
  return cleaned;
}

int64_t EndOf(const DirtyFacts& facts, size_t segment) {
  return segment + 1 < facts.segments.size() ? facts.segments[segment + 1].base_offset : facts.end;
}

// Rounded down to the base of a segment.
int64_t FirstUncleanable(const DirtyFacts& facts, const DirtyRules& rules, int64_t first_dirty) {
  int64_t bound = std::min(facts.stable_end, facts.segments.back().base_offset);
  const int64_t young_ms = Before(facts.now_ms, rules.min_compaction_lag_ms);
  for (size_t i = 0; i < facts.segments.size(); ++i) {
    const SegmentFacts& segment = facts.segments[i];
    const bool dirty = EndOf(facts, i) > first_dirty;
    if (!dirty || rules.min_compaction_lag_ms <= 0) continue;
    if (segment.largest_timestamp_ms > young_ms) bound = std::min(bound, segment.base_offset);
  }
  int64_t base = facts.segments.front().base_offset;
  for (const SegmentFacts& segment : facts.segments) {
    if (segment.base_offset <= bound) base = segment.base_offset;
  }
  return base;
}

// Whether a record has waited longer for its first cleaning than it may.
bool Overdue(const DirtyFacts& facts, const DirtyRules& rules, int64_t first_dirty) {
  if (rules.max_compaction_lag_ms == std::numeric_limits<int64_t>::max()) return false;
  const int64_t old_ms = Before(facts.now_ms, rules.max_compaction_lag_ms);
  for (size_t i = 0; i + 1 < facts.segments.size(); ++i) {
    const int64_t first = facts.segments[i].first_timestamp_ms;
    if (EndOf(facts, i) > first_dirty && first > 0 && first < old_ms) return true;
  }
  return false;
}

}  // namespace

double Dirty::ratio() const {
  const auto all = static_cast<double>(clean_bytes + cleanable_bytes);
  return all == 0 ? 0 : static_cast<double>(cleanable_bytes) / all;
}

Dirty Measure(const DirtyFacts& facts, const DirtyRules& rules) {
  Dirty dirty;
  if (facts.segments.empty()) return dirty;
  dirty.first_dirty = FirstDirty(facts);
  dirty.first_uncleanable = FirstUncleanable(facts, rules, dirty.first_dirty);
  for (size_t i = 0; i < facts.segments.size(); ++i) {
    const SegmentFacts& segment = facts.segments[i];
    if (EndOf(facts, i) <= dirty.first_dirty) {
      dirty.clean_bytes += segment.size;
    } else if (segment.base_offset < dirty.first_uncleanable) {
      dirty.cleanable_bytes += segment.size;
    }
  }
  dirty.overdue = dirty.cleanable_bytes > 0 && Overdue(facts, rules, dirty.first_dirty);
  dirty.eligible = dirty.cleanable_bytes > 0 &&
                   (dirty.overdue || dirty.ratio() > rules.min_cleanable_dirty_ratio);
  return dirty;
}

}  // namespace varve::log
