#pragma once

#include <cstdint>
#include <limits>

#include "engine/io/clock.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"

namespace varve::log {

// Holds something to a number of bytes a second, by making it wait after it has used them.
class Throttle {
 public:
  static constexpr double kUnlimited = std::numeric_limits<double>::max();

  Throttle(io::Loop& loop, double bytes_per_second)
      : loop_(loop), bytes_per_second_(bytes_per_second) {}

  // From the next Used on, which owes nothing of before.
  void set_bytes_per_second(double bytes_per_second) {
    bytes_per_second_ = bytes_per_second;
    paid_until_ = {};
  }

  // Notes that so many were used; waits until that much time is paid for, or until `stop`.
  io::Task<void> Used(uint64_t bytes, io::Event& stop);

 private:
  io::Loop& loop_;
  double bytes_per_second_;
  io::MonoTime paid_until_{};
};

}  // namespace varve::log
