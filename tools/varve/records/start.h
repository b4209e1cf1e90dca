#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string_view>

namespace varve::cli {

// Where to begin in a partition.
struct Start {
  enum class Kind { kBeginning, kEnd, kOffset, kLast, kTime };

  Kind kind = Kind::kBeginning;
  int64_t number = 0;  // the offset, how many of the last records, or the time

  bool operator==(const Start&) const = default;
};

// "beginning", "end", an offset, or -N: the last N. InvalidArgument says what would be right.
absl::StatusOr<Start> ParseStart(std::string_view text);

// Milliseconds since 1970, ISO 8601, or a duration before now as in "-1h30m". Never negative: such
// numbers mean other things than times.
absl::StatusOr<int64_t> ParseMoment(std::string_view text, int64_t now_ms);

// What the log of a partition has.
struct LogRange {
  int64_t start = 0;
  int64_t end = 0;
  int64_t at_time = -1;  // for Kind::kTime; -1: all records are older
};

// The offset to begin at, within what there is.
int64_t Resolve(const Start& start, const LogRange& range);

}  // namespace varve::cli
