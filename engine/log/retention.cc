#include "engine/log/retention.h"

#include <algorithm>
#include <vector>

namespace varve::log {
namespace {

// later - earlier, without overflow.
int64_t Between(int64_t earlier, int64_t later) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(later, earlier, &difference)) return difference;
  return later > earlier ? std::numeric_limits<int64_t>::max()
                         : std::numeric_limits<int64_t>::min();
}

std::vector<int64_t> ArrivalTimes(std::span<const SegmentSummary> segments, int64_t now_ms) {
  std::vector<int64_t> arrived(segments.size());
  int64_t earliest = now_ms;
  for (size_t i = segments.size(); i-- > 0;) {
    if (segments[i].size > 0) earliest = std::min(earliest, segments[i].modified_ms);
    arrived[i] = earliest;
  }
  return arrived;
}

int64_t NewestOf(const SegmentSummary& segment, int64_t arrived, const Config& config,
                 int64_t now_ms) {
  const int64_t stamp = segment.max_timestamp;
  const bool early = Between(stamp, arrived) > config.timestamp_before_max_ms;
  const bool late = stamp > now_ms && Between(arrived, stamp) > config.timestamp_after_max_ms;
  return stamp < 0 || early || late ? arrived : stamp;
}

// Whether retention may take the segment at all.
bool MayGo(std::span<const SegmentSummary> segments, size_t index, const RetentionFacts& facts) {
  const bool last_and_empty = index + 1 == segments.size() && segments[index].size == 0;
  return segments[index].end_offset <= facts.high_watermark && !last_and_empty;
}

size_t CountBelowLogStart(std::span<const SegmentSummary> segments, const RetentionFacts& facts) {
  size_t count = 0;
  while (count + 1 < segments.size() && segments[count].end_offset <= facts.log_start &&
         MayGo(segments, count, facts)) {
    ++count;
  }
  return count;
}

size_t CountOverSize(std::span<const SegmentSummary> segments, size_t from, const Config& config,
                     const RetentionFacts& facts) {
  if (config.retention_bytes < 0) return 0;
  uint64_t total = 0;
  for (const SegmentSummary& segment : segments.subspan(from)) total += segment.size;
  const auto limit = static_cast<uint64_t>(config.retention_bytes);
  size_t at = from;
  while (at < segments.size() && total > limit && total - limit >= segments[at].size &&
         MayGo(segments, at, facts)) {
    total -= segments[at++].size;
  }
  return at - from;
}

size_t CountExpired(std::span<const SegmentSummary> segments, size_t from, const Config& config,
                    const RetentionFacts& facts) {
  if (config.retention_ms < 0) return 0;
  const std::vector<int64_t> arrived = ArrivalTimes(segments, facts.now_ms);
  const int64_t unread_ms = std::min(config.retention_ms, kUnreadMsMin);
  size_t at = from;
  for (; at < segments.size() && MayGo(segments, at, facts); ++at) {
    const int64_t newest = NewestOf(segments[at], arrived[at], config, facts.now_ms);
    if (Between(newest, facts.now_ms) <= config.retention_ms) break;
    if (Between(arrived[at], facts.now_ms) <= unread_ms) break;
  }
  return at - from;
}

}  // namespace

RetentionDecision DecideRetention(std::span<const SegmentSummary> segments, const Config& config,
                                  const RetentionFacts& facts) {
  RetentionDecision decision;
  decision.below_log_start = CountBelowLogStart(segments, facts);
  if (!config.cleanup_delete) return decision;
  decision.over_size = CountOverSize(segments, decision.count(), config, facts);
  decision.expired = CountExpired(segments, decision.count(), config, facts);
  return decision;
}

}  // namespace varve::log
