#include "tools/text/amount.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace varve::text {
namespace {

constexpr int64_t kSecondMs = 1000;
constexpr int64_t kMinuteMs = 60 * kSecondMs;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kDurationMaxMs = int64_t{36525} * kDayMs;

struct Unit {
  std::string_view name;
  int64_t ms;
};
// The longer of two with the same beginning stands first.
constexpr std::array<Unit, 6> kUnits{{{"ms", 1},
                                      {"s", kSecondMs},
                                      {"m", kMinuteMs},
                                      {"h", kHourMs},
                                      {"d", kDayMs},
                                      {"w", 7 * kDayMs}}};

std::optional<int64_t> TakeNumber(std::string_view& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

std::optional<int64_t> TakeUnit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.ms;
  }
  return std::nullopt;
}

// "1h30m", or the same in capitals without the T of ISO 8601.
std::optional<int64_t> SumOfParts(std::string_view text) {
  int64_t sum = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    const auto unit = TakeUnit(text);
    if (!unit || *number > kDurationMaxMs / *unit) return std::nullopt;
    sum += *number * *unit;
    if (sum > kDurationMaxMs) return std::nullopt;
  }
  return sum;
}

std::string FromIso(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != 'T') plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return plain;
}

}  // namespace

std::string CountText(int64_t count) {
  if (count < 0) return "-";
  std::string digits = fmt::format("{}", count);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string SizeText(int64_t bytes) {
  if (bytes < 0) return "-";
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array<const char*, 6> kNames{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double size = static_cast<double>(bytes) / 1024;
  size_t name = 0;
  // What would be shown as 1024.0 is one of the next unit.
  while (size >= 1023.95 && name + 1 < kNames.size()) {
    size /= 1024;
    ++name;
  }
  return fmt::format("{:.1f} {}", size, kNames[name]);
}

std::optional<int64_t> ParseDuration(std::string_view text) {
  if (text.empty() || text == "P" || text == "PT") return std::nullopt;
  if (text.front() == 'P') return SumOfParts(FromIso(text.substr(1)));
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return SumOfParts(text);
  const auto number = TakeNumber(text);
  if (!number || *number > kDurationMaxMs) return std::nullopt;
  return number;
}

}  // namespace varve::text
