#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "engine/io/clock.h"

namespace varve::bench {

// The time whose answers count: after the warm-up, before the end.
//
// Threads   Any.
class Window {
 public:
  void Begin(io::MonoTime at) { begin_.store(Count(at), std::memory_order_relaxed); }
  void End(io::MonoTime at) { end_.store(Count(at), std::memory_order_relaxed); }

  bool Contains(io::MonoTime time) const {
    const int64_t at = Count(time);
    return begin_.load(std::memory_order_relaxed) <= at &&
           at < end_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr int64_t kUnknown = std::numeric_limits<int64_t>::max();
  static int64_t Count(io::MonoTime time) { return time.time_since_epoch().count(); }

  std::atomic<int64_t> begin_{kUnknown};
  std::atomic<int64_t> end_{kUnknown};
};

}  // namespace varve::bench
