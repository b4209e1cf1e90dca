#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve::text {

// "2024-11-22T04:22:19.123Z"; "none" for -1; the number alone if no calendar has that day.
std::string TimeText(int64_t ms);

// Milliseconds since 1970, or ISO 8601: a date, a date and a time to the minute, the second or the
// millisecond, with Z, an offset (+01:00), or neither, which means UTC.
std::optional<int64_t> ParseTime(std::string_view text);

}  // namespace varve::text
