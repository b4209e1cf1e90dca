#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/io/clock.h"

namespace varve::metrics {

// How long things took, counted in buckets that grow with the time: eight for each power of two
// microseconds. So a time is known to within an eighth of itself, up to about 19 hours.
class TimeBuckets {
 public:
  static constexpr size_t kBuckets = 272;

  // The bucket of a time, and the shortest time in a bucket, in microseconds.
  static size_t IndexOf(uint64_t micros);
  static uint64_t LowestOf(size_t index);

  void Add(uint64_t micros) {
    ++counts_[IndexOf(micros)];
    ++total_;
  }
  void Add(const TimeBuckets& other);
  void Clear() { *this = TimeBuckets(); }

  uint64_t total() const { return total_; }
  // The time that a part of them, from 0 to 1, did not exceed, in microseconds; as if those of a
  // bucket lay evenly in it. Requires total() > 0.
  double Quantile(double part) const;

 private:
  std::array<uint32_t, kBuckets> counts_{};
  uint64_t total_ = 0;
};

// The times of the last minute or two: what was before is forgotten, a minute at a time.
class RecentTimes {
 public:
  static constexpr io::Duration kWindow = std::chrono::seconds(60);

  void Add(uint64_t micros, io::MonoTime now) {
    if (now - begin_ >= kWindow) Turn(now);
    current_.Add(micros);
  }
  void AddTo(TimeBuckets& sum, io::MonoTime now) const;

 private:
  void Turn(io::MonoTime now);

  io::MonoTime begin_{};  // of the current window
  TimeBuckets current_;
  TimeBuckets previous_;
};

// Times of one kind: their number and sum since the start, and those of late.
struct Times {
  uint64_t count = 0;
  uint64_t sum_ns = 0;
  RecentTimes recent{};

  void Add(io::Duration time, io::MonoTime now);
};

}  // namespace varve::metrics
