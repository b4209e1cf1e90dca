#include "tools/dump/stats/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace varve::dump {
namespace {

// 0 for 0; otherwise one more than the exponent.
size_t BucketOf(uint64_t value) { return static_cast<size_t>(std::bit_width(value)); }

uint64_t FirstOf(size_t bucket) { return bucket == 0 ? 0 : uint64_t{1} << (bucket - 1); }

uint64_t LastOf(size_t bucket) { return bucket == 0 ? 0 : FirstOf(bucket) * 2 - 1; }

}  // namespace

void Histogram::Add(uint64_t value) {
  ++counts_[BucketOf(value)];
  smallest_ = count_ == 0 ? value : std::min(smallest_, value);
  largest_ = std::max(largest_, value);
  sum_ += static_cast<double>(value);
  ++count_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::vector<Histogram::Bucket> Histogram::Buckets() const {
  std::vector<Bucket> buckets;
  if (count_ == 0) return buckets;
  for (size_t i = BucketOf(smallest_); i <= BucketOf(largest_); ++i) {
    buckets.push_back({FirstOf(i), LastOf(i), counts_[i]});
  }
  return buckets;
}

std::vector<std::string> DrawHistogram(const Histogram& histogram, size_t width) {
  std::vector<std::string> lines;
  uint64_t most = 0;
  for (const Histogram::Bucket& bucket : histogram.Buckets()) most = std::max(most, bucket.count);
  for (const Histogram::Bucket& bucket : histogram.Buckets()) {
    const double share = static_cast<double>(bucket.count) / static_cast<double>(most);
    const auto marks = static_cast<size_t>(share * static_cast<double>(width));
    const size_t shown = bucket.count == 0 ? 0 : std::max<size_t>(marks, 1);
    lines.push_back(fmt::format("{:>11} .. {:<11}{:>12}  {}", bucket.from, bucket.to, bucket.count,
                                std::string(shown, '#')));
    while (lines.back().ends_with(' ')) lines.back().pop_back();
  }
  return lines;
}

}  // namespace varve::dump
