#include "engine/log/roll.h"

#include <gtest/gtest.h>

namespace varve::log {
namespace {

// A segment of 1000 bytes with a batch from time 100, and a next batch that fits.
struct Case {
  Config config{.segment_bytes = 2000, .segment_ms = 50, .segment_index_bytes = 120};
  RollFacts facts{.base_offset = 0, .size = 1000, .first_timestamp = 100, .created_ms = 7};
  BatchFacts next{.base_offset = 10, .last_offset = 10, .max_timestamp = 120, .size = 100};

  bool Rolls() const { return ShouldRoll(facts, next, config); }
};

TEST(Roll, NotWithoutReason) { EXPECT_FALSE(Case().Rolls()); }

TEST(Roll, BySize) {
  Case c;
  c.next.size = 1000;
  EXPECT_FALSE(c.Rolls());
  c.next.size = 1001;
  EXPECT_TRUE(c.Rolls());
  c.facts.size = 0;  // a batch that is too large for any segment is refused elsewhere
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, BySizeNeverAboveWhatPositionsHold) {
  Case c;
  c.config.segment_bytes = int64_t{1} << 40;
  c.facts.size = kSegmentBytesMax - 100;
  EXPECT_FALSE(c.Rolls());
  c.next.size = 101;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, ByTimeOfRecords) {
  Case c;
  c.next.max_timestamp = 150;
  EXPECT_FALSE(c.Rolls());
  c.next.max_timestamp = 151;
  EXPECT_TRUE(c.Rolls());
  c.next.max_timestamp = -1000;  // the past never rolls
  EXPECT_FALSE(c.Rolls());
  c.facts.now_ms = 1'000'000;  // nor does the clock
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, JitterTakesFromTheTime) {
  Case c;
  c.facts.jitter_ms = 30;
  EXPECT_FALSE(c.Rolls());
  c.next.max_timestamp = 121;
  EXPECT_TRUE(c.Rolls());
  c.facts.jitter_ms = 1000;  // more than there is
  c.next.max_timestamp = 101;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, ByAgeIfRecordsHaveNoTime) {
  Case c;
  c.facts.first_timestamp = record::kNoTimestamp;
  c.facts.now_ms = 57;
  EXPECT_FALSE(c.Rolls());
  c.facts.now_ms = 58;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, InTimeForCompaction) {
  Case c;
  c.facts.first_timestamp = record::kNoTimestamp;
  c.facts.jitter_ms = 0;
  c.facts.created_ms = 0;
  c.config.max_compaction_lag_ms = 20;
  c.facts.now_ms = 21;
  EXPECT_FALSE(c.Rolls());
  c.config.cleanup_compact = true;
  EXPECT_TRUE(c.Rolls());
  EXPECT_TRUE(ShouldRollIdle(c.facts, c.config));
  c.facts.now_ms = 20;
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, ByFullIndex) {
  Case c;
  c.facts.offset_index_entries = 14;
  EXPECT_FALSE(c.Rolls());
  c.facts.offset_index_entries = 15;  // of 8 bytes
  EXPECT_TRUE(c.Rolls());
  c.facts.offset_index_entries = 0;
  c.facts.time_index_entries = 8;
  EXPECT_FALSE(c.Rolls());
  c.facts.time_index_entries = 9;  // of 12 bytes, and one more when it is closed
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, AnIndexWithoutRoomForAnEntryIsNeverFull) {
  Case c;
  c.config.segment_index_bytes = 4;
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, ByOffsetRange) {
  Case c;
  c.next.last_offset = 2147483647;
  EXPECT_FALSE(c.Rolls());
  c.next.last_offset = 2147483648;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, IdleByAge) {
  Case c;
  c.facts.now_ms = 57;
  EXPECT_FALSE(ShouldRollIdle(c.facts, c.config));
  c.facts.now_ms = 58;
  EXPECT_TRUE(ShouldRollIdle(c.facts, c.config));
  c.facts.size = 0;
  EXPECT_FALSE(ShouldRollIdle(c.facts, c.config));
}

}  // namespace
}  // namespace varve::log
