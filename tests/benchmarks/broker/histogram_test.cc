#include "benchmarks/broker/stats/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "engine/io/random.h"

namespace varve::bench {
namespace {

using Buckets = std::vector<std::pair<uint64_t, uint64_t>>;

Buckets BucketsOf(const Histogram& histogram) {
  Buckets buckets;
  histogram.ForEachBucket(
      [&](uint64_t micros, uint64_t count) { buckets.emplace_back(micros, count); });
  return buckets;
}

TEST(Histogram, HasNothingToTellAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.Percentile(50), 0);
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_TRUE(BucketsOf(histogram).empty());
}

TEST(Histogram, IsExactForSmallValues) {
  Histogram histogram;
  for (uint64_t micros = 1; micros <= 1000; ++micros) histogram.Add(micros);
  EXPECT_EQ(histogram.count(), 1000);
  EXPECT_EQ(histogram.min(), 1);
  EXPECT_EQ(histogram.max(), 1000);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 500.5);
  EXPECT_EQ(histogram.Percentile(0), 1);
  EXPECT_EQ(histogram.Percentile(50), 500);
  EXPECT_EQ(histogram.Percentile(99), 990);
  EXPECT_EQ(histogram.Percentile(99.9), 999);
  EXPECT_EQ(histogram.Percentile(99.99), 1000);
  EXPECT_EQ(histogram.Percentile(100), 1000);
}

TEST(Histogram, KeepsThreeDigitsOfAnyValue) {
  for (uint64_t base = 1; base < Histogram::kMicrosMax; base *= 2) {
    for (const uint64_t micros : {base - 1, base, base + 1, base + base / 2}) {
      Histogram histogram;
      histogram.Add(micros);
      histogram.Add(Histogram::kMicrosMax);  // so that max() does not help
      const auto found = static_cast<double>(histogram.Percentile(50));
      EXPECT_GE(found, static_cast<double>(micros));
      EXPECT_LE(found, static_cast<double>(micros) * 1.001) << micros;
    }
  }
}

TEST(Histogram, TakesWhatIsTooLongForTheLongest) {
  Histogram histogram;
  histogram.Add(~uint64_t{0});
  EXPECT_EQ(histogram.count(), 1);
  EXPECT_EQ(histogram.Percentile(50), Histogram::kMicrosMax);
}

TEST(Histogram, MergesToWhatOneWouldHave) {
  io::Random random(1);
  Histogram one;
  Histogram parts[2];
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t micros = random.Below(uint64_t{1} << random.Below(34));
    one.Add(micros, 3);
    parts[i % 2].Add(micros, 3);
  }
  parts[0].Merge(parts[1]);
  EXPECT_EQ(BucketsOf(parts[0]), BucketsOf(one));
  EXPECT_EQ(parts[0].count(), one.count());
  EXPECT_EQ(parts[0].min(), one.min());
  EXPECT_EQ(parts[0].max(), one.max());
  EXPECT_DOUBLE_EQ(parts[0].Mean(), one.Mean());
}

TEST(Histogram, ItsBucketsMakeTheSameOneAgain) {
  io::Random random(2);
  Histogram first;
  for (int i = 0; i < 1000; ++i) first.Add(random.Below(100'000'000));
  Histogram second;
  for (const auto& [micros, count] : BucketsOf(first)) second.Add(micros, count);
  EXPECT_EQ(BucketsOf(second), BucketsOf(first));
  EXPECT_EQ(second.Percentile(99), first.Percentile(99));
}

}  // namespace
}  // namespace varve::bench
