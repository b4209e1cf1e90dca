#include "tools/dump/retention_time.h"

#include <algorithm>

#include "engine/log/config.h"
#include "engine/record/batch.h"

namespace varve::dump {

RetentionTime RetentionTimeOf(int64_t largest_timestamp, int64_t modified_ms, int64_t now_ms) {
  const int64_t arrived = std::min(modified_ms, now_ms);
  if (largest_timestamp < 0) return {arrived, "file modified, no batch has a timestamp"};
  const int64_t ahead = record::WrappingSubtract(largest_timestamp, arrived);
  if (largest_timestamp > now_ms && ahead > log::Config().timestamp_after_max_ms) {
    return {arrived, "file modified, the largest timestamp lies in the future"};
  }
  return {largest_timestamp, "largest timestamp"};
}

}  // namespace varve::dump
