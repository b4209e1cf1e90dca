#include "engine/io/posix/real_clock.h"

#include <sys/random.h>

#include <chrono>
#include <ctime>

namespace varve::io {

MonoTime RealClock::Now() const {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return MonoTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

int64_t RealClock::WallMillis() const {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

uint64_t RandomSeed() {
  uint64_t seed;
  if (::getrandom(&seed, sizeof(seed), 0) == sizeof(seed)) return seed;
  // Only where a sandbox forbids getrandom: our seeds guard no secrets.
  return static_cast<uint64_t>(RealClock().Now().time_since_epoch().count());
}

}  // namespace varve::io
