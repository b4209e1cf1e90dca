#include "tools/text/time_text.h"

#include <fmt/format.h>

#include <chrono>

#include "tools/text/number.h"

namespace varve::text {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int64_t kMinuteMs = int64_t{60} * 1000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kDayMs = 24 * kHourMs;
// Years 1 to 9999: four digits.
constexpr int64_t kFirstMs = -62'135'596'800'000;
constexpr int64_t kLastMs = 253'402'300'799'999;

// Takes exactly `digits` digits from the front.
std::optional<int> TakeDigits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const std::optional<int> value = ParseNumber<int>(text.substr(0, digits));
  if (!value || *value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> TakeDate(std::string_view& text) {
  const auto year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count() * kDayMs;
}

// Hours and minutes, as in "12:30".
std::optional<int64_t> TakeHours(std::string_view& text) {
  const auto hour = TakeDigits(text, 2);
  if (!hour || *hour > 23 || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return *hour * kHourMs + *minute * kMinuteMs;
}

std::optional<int64_t> TakeClock(std::string_view& text) {
  const auto hours = TakeHours(text);
  if (!hours || !Take(text, ':')) return hours;
  const auto second = TakeDigits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  const int64_t ms = *hours + *second * int64_t{1000};
  if (!Take(text, '.')) return ms;
  const auto fraction = TakeDigits(text, 3);
  if (!fraction) return std::nullopt;
  return ms + *fraction;
}

std::optional<int64_t> TakeZone(std::string_view& text) {
  if (text.empty() || Take(text, 'Z')) return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!Take(text, '+') && !Take(text, '-')) return std::nullopt;
  const auto hours = TakeHours(text);
  if (!hours) return std::nullopt;
  return sign * *hours;
}

}  // namespace

std::string TimeText(int64_t ms) {
  if (ms == -1) return "none";
  if (ms < kFirstMs || ms > kLastMs) return fmt::format("{}", ms);
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(day);
  const int64_t of_day = (time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     of_day / kHourMs, of_day / kMinuteMs % 60, of_day / 1000 % 60, of_day % 1000);
}

std::optional<int64_t> ParseTime(std::string_view text) {
  if (const auto number = ParseNumber<int64_t>(text)) return number;
  const auto date = TakeDate(text);
  if (!date) return std::nullopt;
  if (text.empty()) return date;
  if (!Take(text, 'T') && !Take(text, ' ')) return std::nullopt;
  const auto clock = TakeClock(text);
  if (!clock) return std::nullopt;
  const auto zone = TakeZone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return *date + *clock - *zone;
}

}  // namespace varve::text
