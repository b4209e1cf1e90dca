#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace varve::bench {

// How often each duration was seen, in microseconds with three significant digits: exact below
// 2048, then buckets that are at most a thousandth of their value wide. Takes the same memory
// (about 180 KiB) however many values it has.
//
// Threads   One; merge the histograms of several afterwards.
class Histogram {
 public:
  static constexpr uint64_t kMicrosMax =
      (uint64_t{1} << 32) - 1;  // over an hour; more counts as it

  Histogram();

  void Add(uint64_t micros, uint64_t times = 1);
  void Merge(const Histogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }
  uint64_t min() const { return count_ == 0 ? 0 : min_; }
  double Mean() const;

  // The smallest value that `percent` of all values do not exceed, as its bucket's largest.
  // Percentile(100) is max(). 0 without values.
  uint64_t Percentile(double percent) const;

  // The buckets that have values, ascending: their smallest value, and how many there are. Adding
  // them to another histogram yields the same one, but for its mean.
  void ForEachBucket(const std::function<void(uint64_t micros, uint64_t count)>& visit) const;

 private:
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t min_ = kMicrosMax;
  uint64_t max_ = 0;
};

}  // namespace varve::bench
