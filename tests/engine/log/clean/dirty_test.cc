#include "engine/log/clean/dirty.h"

#include <gtest/gtest.h>

#include "engine/log/clean/groups.h"

namespace varve::log::test {
namespace {

constexpr int64_t kNow = 1'000'000;

// Four segments of ten offsets and 100 bytes, times rising by a thousand; the last one is active.
struct Facts : DirtyFacts {
  Facts() {
    for (int64_t i = 0; i < 4; ++i) {
      list.push_back({10 * i, 100, kNow - 4000 + 1000 * i, kNow - 4900 + 1000 * i});
    }
    segments = list;
    end = 35;
    stable_end = 35;
    now_ms = kNow;
  }
  std::vector<SegmentFacts> list;
};

TEST(Dirty, EverythingButTheActiveSegmentMayBeCleaned) {
  const Dirty dirty = Measure(Facts(), {});
  EXPECT_EQ(dirty.first_dirty, 0);
  EXPECT_EQ(dirty.first_uncleanable, 30);
  EXPECT_EQ(dirty.cleanable_bytes, 300u);
  EXPECT_EQ(dirty.ratio(), 1.0);
  EXPECT_TRUE(dirty.eligible);
}

TEST(Dirty, TheRatioMustPassTheLeastOne) {
  Facts facts;
  facts.cleaned_up_to = 20;
  const Dirty dirty = Measure(facts, {.min_cleanable_dirty_ratio = 0.3});
  EXPECT_EQ(dirty.clean_bytes, 200u);
  EXPECT_EQ(dirty.cleanable_bytes, 100u);
  EXPECT_TRUE(dirty.eligible);
  EXPECT_FALSE(Measure(facts, {.min_cleanable_dirty_ratio = 0.5}).eligible);
  facts.list[2].size = 200;
  EXPECT_FALSE(Measure(facts, {.min_cleanable_dirty_ratio = 0.5}).eligible);  // equal is too little
  facts.cleaned_up_to = 30;
  EXPECT_FALSE(Measure(facts, {.min_cleanable_dirty_ratio = 0}).eligible);
}

TEST(Dirty, ACheckpointOutsideTheLogCountsForNothing) {
  Facts facts;
  facts.cleaned_up_to = 36;
  EXPECT_EQ(Measure(facts, {}).first_dirty, 0);
  facts.cleaned_up_to = 3;
  facts.log_start = 5;
  EXPECT_EQ(Measure(facts, {}).first_dirty, 5);
}

TEST(Dirty, UndecidedTransactionsAndYoungSegmentsWait) {
  Facts facts;
  facts.stable_end = 25;
  EXPECT_EQ(Measure(facts, {}).first_uncleanable, 20);
  facts.stable_end = 35;
  // The second segment's newest record is 3000 ms old.
  EXPECT_EQ(Measure(facts, {.min_compaction_lag_ms = 2999}).first_uncleanable, 20);
  EXPECT_EQ(Measure(facts, {.min_compaction_lag_ms = 3001}).first_uncleanable, 10);
  EXPECT_EQ(Measure(facts, {.min_compaction_lag_ms = 1 << 30}).first_uncleanable, 0);
  EXPECT_FALSE(Measure(facts, {.min_compaction_lag_ms = 1 << 30}).eligible);
  // What was cleaned before is old enough, whatever its times say.
  facts.cleaned_up_to = 20;
  facts.list[0].largest_timestamp_ms = kNow + 5;
  EXPECT_EQ(Measure(facts, {.min_compaction_lag_ms = 1500}).first_uncleanable, 30);
}

TEST(Dirty, AnOverdueRecordMakesTheLogEligible) {
  Facts facts;
  facts.cleaned_up_to = 20;
  const DirtyRules late{.min_cleanable_dirty_ratio = 0.9, .max_compaction_lag_ms = 2000};
  EXPECT_TRUE(Measure(facts, late).overdue);
  EXPECT_TRUE(Measure(facts, late).eligible);
  const DirtyRules patient{.min_cleanable_dirty_ratio = 0.9, .max_compaction_lag_ms = 3000};
  EXPECT_FALSE(Measure(facts, patient).eligible);
  facts.cleaned_up_to = 30;
  EXPECT_FALSE(Measure(facts, late).eligible);
}

SourceFacts Source(int64_t base, int64_t end, uint64_t size, uint64_t index = 8,
                   uint64_t times = 12) {
  return {base, end, size, index, times};
}

std::string Groups(const std::vector<SourceFacts>& sources, const GroupLimits& limits) {
  std::string text;
  for (const Group& group : GroupSources(sources, limits)) {
    text += std::to_string(group.count) + " ";
  }
  return text;
}

TEST(Groups, FitOneSegment) {
  const GroupLimits limits{.segment_bytes = 100, .index_bytes = 30};
  EXPECT_EQ(Groups({Source(0, 1, 50), Source(1, 2, 50), Source(2, 3, 1)}, limits), "2 1 ");
  EXPECT_EQ(Groups({Source(0, 1, 500), Source(1, 2, 500)}, limits), "1 1 ");
  EXPECT_EQ(Groups({Source(0, 1, 1, 20), Source(1, 2, 1, 11)}, limits), "1 1 ");
  EXPECT_EQ(Groups({Source(0, 1, 1, 0, 20), Source(1, 2, 1, 0, 11)}, limits), "1 1 ");
  EXPECT_EQ(Groups({}, limits), "");
}

TEST(Groups, OffsetsStayNearTheBase) {
  constexpr int64_t kFar = int64_t{1} << 31;
  const GroupLimits limits{.segment_bytes = 100, .index_bytes = 1000};
  EXPECT_EQ(Groups({Source(0, 5, 1), Source(5, kFar, 1)}, limits), "2 ");
  EXPECT_EQ(Groups({Source(0, 5, 1), Source(5, kFar + 1, 1)}, limits), "1 1 ");
  EXPECT_EQ(
      Groups({Source(0, 5, 1), Source(5, kFar + 1, 0), Source(kFar + 1, kFar + 2, 1)}, limits),
      "2 1 ");
}

TEST(Groups, HaveABound) {
  std::vector<SourceFacts> sources;
  for (int64_t i = 0; i < 600; ++i) sources.push_back(Source(i, i + 1, 1, 0, 0));
  EXPECT_EQ(Groups(sources, {.segment_bytes = 10'000, .index_bytes = 1}), "256 256 88 ");
}

}  // namespace
}  // namespace varve::log::test
