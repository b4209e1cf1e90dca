#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve::text {

// "1,234,567"; "-" for a negative number, which stands for unknown.
std::string CountText(int64_t count);

// "512 B", "1.5 KiB", "20.0 GiB"; "-" for a negative number, which stands for unknown.
std::string SizeText(int64_t bytes);

// Milliseconds in "250ms", "90s", "1h30m", "7d", "P1DT2H" or a plain number of milliseconds.
// Nothing if it is no duration, is negative, or longer than 100 years.
std::optional<int64_t> ParseDuration(std::string_view text);

}  // namespace varve::text
