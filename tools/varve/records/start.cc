#include "tools/varve/records/start.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/text/amount.h"
#include "tools/text/number.h"
#include "tools/text/time_text.h"

namespace varve::cli {

absl::StatusOr<Start> ParseStart(std::string_view text) {
  if (text == "beginning" || text == "earliest") return Start{Start::Kind::kBeginning, 0};
  if (text == "end" || text == "latest") return Start{Start::Kind::kEnd, 0};
  const auto offset = text::ParseNumber<int64_t>(text);
  if (offset && *offset >= 0) return Start{Start::Kind::kOffset, *offset};
  if (text.starts_with('-')) {
    const auto last = text::ParseNumber<int64_t>(text.substr(1));
    if (last && *last >= 0) return Start{Start::Kind::kLast, *last};
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no place to begin: give beginning, end, an offset, or -N for the last "
                  "N; a time goes with --from-time",
                  text));
}

absl::StatusOr<int64_t> ParseMoment(std::string_view text, int64_t now_ms) {
  if (text.starts_with('-')) {
    const auto ago = text::ParseDuration(text.substr(1));
    if (ago) return std::max<int64_t>(0, now_ms - *ago);
  } else if (const auto time = text::ParseTime(text)) {
    if (*time >= 0) return *time;
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no time: give 2024-11-22T04:30:00Z, milliseconds since 1970, or how "
                  "long ago, as in -1h30m",
                  text));
}

int64_t Resolve(const Start& start, const LogRange& range) {
  switch (start.kind) {
    case Start::Kind::kEnd:
      return range.end;
    case Start::Kind::kOffset:
      return std::clamp(start.number, range.start, range.end);
    case Start::Kind::kLast:
      return start.number >= range.end - range.start ? range.start : range.end - start.number;
    case Start::Kind::kTime:
      return range.at_time < 0 ? range.end : std::clamp(range.at_time, range.start, range.end);
    default:
      return range.start;
  }
}

}  // namespace varve::cli
