#pragma once

#include <chrono>
#include <cstdint>

namespace varve::io {

using Duration = std::chrono::nanoseconds;

struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};

// A point on a clock that never steps; its origin means nothing. Timers and timeouts use it.
using MonoTime = MonotonicClock::time_point;
inline constexpr MonoTime kNever = MonoTime::max();

// Time, as the seam shows it: the machine's, or the simulation's.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime Now() const = 0;
  // Milliseconds since 1970 in UTC. May step in either direction: for stamps on records, never
  // for measuring.
  virtual int64_t WallMillis() const = 0;
};

}  // namespace varve::io
