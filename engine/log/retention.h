#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/log/config.h"
#include "engine/record/batch.h"

// Which of a log's oldest segments go: pure functions.
//
// As Kafka's, in this order: segments wholly below the log start; while the log is larger than
// retention_bytes, as far as that leaves at least so many; those whose records are all older than
// retention_ms. The last two only with cleanup_delete. Each looks from the oldest on and stops at
// the first segment that stays. Nothing at or above the high watermark goes, nor an empty last
// segment. The active segment goes only if all others do, and another is begun first.
//
// How old a segment is, differs from Kafka's where the timestamps of records cannot be right:
//
//   arrived     when its last record came: the modification time of its .log file, but not later
//               than that of any segment behind it that holds something, nor than now
//   newest      its largest timestamp. It counts as `arrived`
//                 if there is none;
//                 if it lies in the future, by more than timestamp_after_max_ms after `arrived`:
//                 one wrong clock pins no segment for ever;
//                 if it lies more than timestamp_before_max_ms before `arrived`.
//   expired     `newest` is longer ago than retention_ms, and `arrived` longer than the lesser of
//               retention_ms and an hour: old records that came just now can still be read.
namespace varve::log {

struct SegmentSummary {
  int64_t base_offset = 0;
  int64_t end_offset = 0;  // the next segment's base, or the end of the log
  uint64_t size = 0;
  int64_t max_timestamp = record::kNoTimestamp;
  int64_t modified_ms = 0;
};

struct RetentionFacts {
  int64_t log_start = 0;
  int64_t high_watermark = 0;
  int64_t now_ms = 0;
};

// How many of the oldest go, by the first rule that takes them.
struct RetentionDecision {
  size_t below_log_start = 0;
  size_t over_size = 0;
  size_t expired = 0;

  size_t count() const { return below_log_start + over_size + expired; }
};

inline constexpr int64_t kUnreadMsMin = int64_t{60} * 60 * 1000;

// `segments` are all of the log, ascending.
RetentionDecision DecideRetention(std::span<const SegmentSummary> segments, const Config& config,
                                  const RetentionFacts& facts);

}  // namespace varve::log
