#include "tools/text/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tools/text/amount.h"

namespace varve::text {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPace = std::chrono::milliseconds(200);
constexpr uint64_t kLookBytes = uint64_t{1} << 20;
constexpr uint64_t kLookRecords = 1000;
constexpr uint64_t kWidth = 40;
constexpr double kMiB = 1 << 20;

}  // namespace

std::string ProgressLine(const Advance& advance) {
  const auto done = static_cast<double>(advance.done_bytes);
  const double seconds = std::max(advance.seconds, 0.001);
  std::string line;
  if (advance.total_bytes > 0) {
    // A log may have grown since the total was taken.
    const auto total = static_cast<double>(std::max(advance.total_bytes, advance.done_bytes));
    const auto filled = static_cast<uint64_t>(done / total * kWidth);
    line = fmt::format("[{}{}] {:.0f} of {:.0f} MiB", std::string(filled, '#'),
                       std::string(kWidth - filled, '.'), done / kMiB, total / kMiB);
  } else {
    line = fmt::format("{:.0f} MiB", done / kMiB);
  }
  line += fmt::format(", {:.0f} MiB/s", done / kMiB / seconds);
  if (advance.records == 0) return line;
  const auto rate = static_cast<int64_t>(static_cast<double>(advance.records) / seconds);
  return line + fmt::format(", {} records, {}/s", CountText(static_cast<int64_t>(advance.records)),
                            CountText(rate));
}

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::Add(uint64_t bytes) {
  advance_.done_bytes += bytes;
  if (shown_) Look();
}

void Progress::AddRecord(uint64_t bytes) {
  ++advance_.records;
  Add(bytes);
}

void Progress::Look() {
  if (advance_.done_bytes - looked_bytes_ < kLookBytes &&
      advance_.records - looked_records_ < kLookRecords) {
    return;
  }
  looked_bytes_ = advance_.done_bytes;
  looked_records_ = advance_.records;
  const Clock::time_point now = Clock::now();
  if (now - begun_ < kPatience || now - drawn_ < kPace) return;
  drawn_ = now;
  on_screen_ = true;
  advance_.seconds = std::chrono::duration<double>(now - begun_).count();
  fmt::print(stderr, "\r{} \033[K", ProgressLine(advance_));
  std::fflush(stderr);
}

void Progress::Clear() {
  if (on_screen_) fmt::print(stderr, "\r\033[K");
  on_screen_ = false;
}

}  // namespace varve::text
