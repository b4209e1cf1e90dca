#include "tools/dump/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace varve::dump {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPace = std::chrono::milliseconds(200);
constexpr uint64_t kLookBytes = uint64_t{1} << 20;
constexpr uint64_t kWidth = 40;

}  // namespace

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::Add(uint64_t bytes) {
  done_ += bytes;
  if (!shown_ || done_ - looked_ < kLookBytes) return;
  looked_ = done_;
  const Clock::time_point now = Clock::now();
  if (now - begun_ >= kPatience && now - drawn_ >= kPace) Draw(now);
}

void Progress::Draw(Clock::time_point now) {
  drawn_ = now;
  on_screen_ = true;
  // A log may have grown since the total was taken.
  const uint64_t total = std::max({total_, done_, uint64_t{1}});
  const auto filled =
      static_cast<uint64_t>(static_cast<double>(done_) / static_cast<double>(total) * kWidth);
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  const double mib = static_cast<double>(done_) / (1 << 20);
  fmt::print(stderr, "\r[{}] {:.0f} of {:.0f} MiB, {:.0f} MiB/s ", bar, mib,
             static_cast<double>(total) / (1 << 20), mib / seconds);
  std::fflush(stderr);
}

void Progress::Clear() {
  if (on_screen_) fmt::print(stderr, "\r\033[K");
  on_screen_ = false;
}

}  // namespace varve::dump
