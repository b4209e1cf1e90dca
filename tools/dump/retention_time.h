#pragma once

#include <cstdint>
#include <string_view>

namespace varve::dump {

// When the newest record of a segment came, as retention.ms counts it, and why then.
struct RetentionTime {
  int64_t ms = 0;
  std::string_view basis;
};

// The rule of engine/log/retention.h with the default limits, for a segment by itself: its largest
// timestamp; the time its file was modified, if no batch has a timestamp, or if it lies further in
// the future than message.timestamp.after.max.ms lets records in.
RetentionTime RetentionTimeOf(int64_t largest_timestamp, int64_t modified_ms, int64_t now_ms);

}  // namespace varve::dump
