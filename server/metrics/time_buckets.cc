#include "server/metrics/time_buckets.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace varve::metrics {
namespace {

constexpr size_t kPartBits = 3;  // of a power of two: eight parts
constexpr uint64_t kParts = 1 << kPartBits;

}  // namespace

size_t TimeBuckets::IndexOf(uint64_t micros) {
  if (micros < kParts) return micros;
  const size_t power = static_cast<size_t>(std::bit_width(micros)) - 1;
  const uint64_t part = (micros >> (power - kPartBits)) & (kParts - 1);
  const size_t row = power - kPartBits + 1;
  return std::min(row * kParts + part, kBuckets - 1);
}

uint64_t TimeBuckets::LowestOf(size_t index) {
  const size_t row = index / kParts;
  if (row == 0) return index;
  return (kParts + index % kParts) << (row - 1);
}

void TimeBuckets::Add(const TimeBuckets& other) {
  for (size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

double TimeBuckets::Quantile(double part) const {
  const double wanted = std::max(std::ceil(part * static_cast<double>(total_)), 1.0);
  double before = 0;
  size_t index = 0;
  while (index + 1 < kBuckets && before + counts_[index] < wanted) before += counts_[index++];
  const auto low = static_cast<double>(LowestOf(index));
  if (index < kParts) return low;  // exact
  const double width = static_cast<double>(LowestOf(index + 1)) - low;
  return low + width * (wanted - before - 0.5) / std::max<double>(counts_[index], 1);
}

void RecentTimes::AddTo(TimeBuckets& sum, io::MonoTime now) const {
  const io::Duration age = now - begin_;
  if (age < 2 * kWindow) sum.Add(current_);
  if (age < kWindow) sum.Add(previous_);
}

void RecentTimes::Turn(io::MonoTime now) {
  const bool just_ended = now - begin_ < 2 * kWindow;
  if (just_ended) {
    previous_ = current_;
    begin_ += kWindow;
  } else {
    previous_.Clear();
    begin_ = now;
  }
  current_.Clear();
}

void Times::Add(io::Duration time, io::MonoTime now) {
  const auto ns = static_cast<uint64_t>(std::max(time, io::Duration::zero()).count());
  ++count;
  sum_ns += ns;
  recent.Add(ns / 1000, now);
}

}  // namespace varve::metrics
