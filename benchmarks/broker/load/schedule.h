#pragma once

#include <cstdint>
#include <optional>

#include "engine/io/clock.h"

namespace varve::bench {

// When each of a series of requests is meant to be sent. A request that is sent late keeps the
// time that it was meant for, so that a slow broker does not hide its slowness by being asked less.
class Schedule {
 public:
  // So many a second from `start` on; 0: as fast as they can be taken.
  Schedule(double per_second, io::MonoTime start)
      : interval_ns_(per_second > 0 ? 1e9 / per_second : 0), start_(start) {}

  bool unlimited() const { return interval_ns_ == 0; }
  io::Duration interval() const { return io::Duration(static_cast<int64_t>(interval_ns_)); }

  // The time of the next one if that has come; the one after it is next, then.
  std::optional<io::MonoTime> Take(io::MonoTime now) {
    if (unlimited()) return now;
    const io::MonoTime due = NextDue();
    if (due > now) return std::nullopt;
    ++taken_;
    return due;
  }

  io::MonoTime NextDue() const {
    return start_ + io::Duration(static_cast<int64_t>(static_cast<double>(taken_) * interval_ns_));
  }

 private:
  double interval_ns_;
  io::MonoTime start_;
  uint64_t taken_ = 0;
};

}  // namespace varve::bench
