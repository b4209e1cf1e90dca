#include "engine/log/clean/throttle.h"

#include <algorithm>
#include <chrono>

namespace varve::log {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
// A wait that is shorter costs more than it evens out.
constexpr io::Duration kWaitMin = std::chrono::milliseconds(1);
// A limit of next to nothing still lets a stop be noticed, and does not overflow.
constexpr io::Duration kWaitMax = std::chrono::hours(1);

}  // namespace

io::Task<void> Throttle::Used(uint64_t bytes, io::Event& stop) {
  if (bytes_per_second_ >= kUnlimited) co_return;
  const double cost = static_cast<double>(bytes) / bytes_per_second_ * kNanosecondsPerSecond;
  const double bounded = std::min(cost, static_cast<double>(kWaitMax.count()));
  paid_until_ = std::max(paid_until_, loop_.Now()) + io::Duration(static_cast<int64_t>(bounded));
  const io::Duration wait = paid_until_ - loop_.Now();
  if (wait >= kWaitMin) static_cast<void>(co_await io::SleepUnless(stop, wait));
}

}  // namespace varve::log
