#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace varve::dump {

// How values are spread, in buckets that double: 0, 1, 2 to 3, 4 to 7, ...
class Histogram {
 public:
  struct Bucket {
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t count = 0;
  };

  void Add(uint64_t value);

  uint64_t count() const { return count_; }
  uint64_t smallest() const { return smallest_; }
  uint64_t largest() const { return largest_; }
  double mean() const;
  // From the first to the last that is not empty.
  std::vector<Bucket> Buckets() const;

 private:
  static constexpr size_t kBuckets = 65;

  std::array<uint64_t, kBuckets> counts_{};
  uint64_t count_ = 0;
  uint64_t smallest_ = 0;
  uint64_t largest_ = 0;
  double sum_ = 0;
};

// A line a bucket: bounds, count, and a bar of at most `width` marks; a bucket with anything in it
// has one mark at least.
std::vector<std::string> DrawHistogram(const Histogram& histogram, size_t width);

}  // namespace varve::dump
