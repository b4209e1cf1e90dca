#include "server/metrics/time_buckets.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace varve::metrics {
namespace {

using namespace std::chrono_literals;

TEST(TimeBuckets, EveryTimeLiesInItsBucket) {
  size_t last = 0;
  for (uint64_t micros = 0; micros < (uint64_t{1} << 34); micros += 1 + micros / 100) {
    const size_t index = TimeBuckets::IndexOf(micros);
    ASSERT_LT(index, TimeBuckets::kBuckets);
    ASSERT_GE(index, last) << micros;
    EXPECT_LE(TimeBuckets::LowestOf(index), micros);
    EXPECT_GT(TimeBuckets::LowestOf(index + 1), micros);
    last = index;
  }
}

TEST(TimeBuckets, BucketsAreAnEighthWideAtMost) {
  for (size_t i = 8; i < TimeBuckets::kBuckets; ++i) {
    const uint64_t low = TimeBuckets::LowestOf(i);
    const uint64_t width = TimeBuckets::LowestOf(i + 1) - low;
    EXPECT_LE(width * 8, low);
    EXPECT_EQ(TimeBuckets::IndexOf(low), i);
    EXPECT_EQ(TimeBuckets::IndexOf(low + width - 1), i);
  }
}

TEST(TimeBuckets, WhatIsTooLongIsInTheLastOne) {
  EXPECT_EQ(TimeBuckets::IndexOf(UINT64_MAX), TimeBuckets::kBuckets - 1);
}

TEST(TimeBuckets, Quantiles) {
  TimeBuckets buckets;
  for (uint64_t micros = 1; micros <= 100'000; ++micros) buckets.Add(micros);
  for (const double part : {0.1, 0.5, 0.75, 0.95, 0.99, 0.999, 1.0}) {
    EXPECT_NEAR(buckets.Quantile(part), part * 100'000, part * 100'000 / 8) << part;
  }
  EXPECT_LE(buckets.Quantile(0.0), 1);
}

TEST(TimeBuckets, QuantilesOfOne) {
  TimeBuckets buckets;
  buckets.Add(5);
  EXPECT_EQ(buckets.Quantile(0.5), 5);
  EXPECT_EQ(buckets.Quantile(0.999), 5);
}

TEST(TimeBuckets, Sums) {
  TimeBuckets a;
  TimeBuckets b;
  for (int i = 0; i < 3; ++i) a.Add(4);
  b.Add(1000);
  a.Add(b);
  EXPECT_EQ(a.total(), 4u);
  EXPECT_EQ(a.Quantile(0.75), 4);
  EXPECT_NEAR(a.Quantile(1), 1000, 64);
}

struct Recent : testing::Test {
  uint64_t CountAt(io::Duration when) const {
    TimeBuckets sum;
    recent.AddTo(sum, start + when);
    return sum.total();
  }
  const io::MonoTime start{1000s};
  RecentTimes recent;
};

TEST_F(Recent, WhatIsOldIsForgotten) {
  recent.Add(1, start);
  EXPECT_EQ(CountAt(0s), 1u);
  EXPECT_EQ(CountAt(100s), 1u);
  EXPECT_EQ(CountAt(121s), 0u);
}

TEST_F(Recent, NewTimesPushOldOnesOut) {
  recent.Add(1, start);
  recent.Add(1, start + 59s);
  recent.Add(1, start + 61s);  // a new minute
  EXPECT_EQ(CountAt(62s), 3u);
  EXPECT_EQ(CountAt(119s), 3u);
  recent.Add(1, start + 121s);
  EXPECT_EQ(CountAt(121s), 2u);
  recent.Add(1, start + 900s);
  EXPECT_EQ(CountAt(900s), 1u);
}

}  // namespace
}  // namespace varve::metrics
