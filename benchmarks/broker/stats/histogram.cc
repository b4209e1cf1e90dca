#include "benchmarks/broker/stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace varve::bench {
namespace {

constexpr int kBits = 11;  // of the values that have buckets of their own
constexpr uint64_t kHalf = uint64_t{1} << (kBits - 1);
constexpr int kShiftMax = 32 - kBits;
constexpr size_t kBuckets = (kShiftMax + 2) * kHalf;

// Values lose their lowest bits until kBits are left, so the upper half of each power of two has
// kHalf buckets.
size_t BucketOf(uint64_t micros) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(micros)) - kBits);
  return static_cast<size_t>(shift) * kHalf + (micros >> shift);
}

uint64_t LowestOf(size_t bucket) {
  if (bucket < 2 * kHalf) return bucket;
  const size_t shift = bucket / kHalf - 1;
  return (bucket - shift * kHalf) << shift;
}

}  // namespace

Histogram::Histogram() : counts_(kBuckets) {}

void Histogram::Add(uint64_t micros, uint64_t times) {
  if (times == 0) return;
  micros = std::min(micros, kMicrosMax);
  counts_[BucketOf(micros)] += times;
  count_ += times;
  sum_ += micros * times;
  min_ = std::min(min_, micros);
  max_ = std::max(max_, micros);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::Clear() { *this = Histogram(); }

double Histogram::Mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

uint64_t Histogram::Percentile(double percent) const {
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto wanted = std::max<uint64_t>(
      1, static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_) - 1e-9)));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets && count_ > 0; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(max_, LowestOf(i + 1) - 1);
  }
  return max_;
}

void Histogram::ForEachBucket(
    const std::function<void(uint64_t micros, uint64_t count)>& visit) const {
  for (size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] > 0) visit(LowestOf(i), counts_[i]);
  }
}

}  // namespace varve::bench
