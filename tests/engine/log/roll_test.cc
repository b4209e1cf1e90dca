#include "engine/log/roll.h"

#include <gtest/gtest.h>

namespace varve::log {
namespace {

// A segment of 1000 bytes with a batch from time 100, and a next batch that fits.
struct RollCase {
  Config config{.segment_bytes = 2000, .segment_ms = 50, .segment_index_bytes = 120};
  RollFacts facts{.base_offset = 0, .size = 1000, .first_timestamp = 100, .created_ms = 7};
  BatchFacts next{.base_offset = 10, .last_offset = 10, .max_timestamp = 120, .size = 100};

  bool Rolls() const { return ShouldRoll(facts, next, config); }
};

TEST(Roll, NotWithoutReason) { EXPECT_FALSE(RollCase().Rolls()); }

TEST(Roll, BySize) {
  RollCase c;
  c.next.size = 1000;
  EXPECT_FALSE(c.Rolls());
  c.next.size = 1001;
  EXPECT_TRUE(c.Rolls());
  c.facts.size = 0;  // a batch that is too large for any segment is refused elsewhere
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, BySizeNeverAboveWhatPositionsHold) {
  RollCase c;
  c.config.segment_bytes = int64_t{1} << 40;
  c.facts.size = kSegmentBytesMax - 100;
  EXPECT_FALSE(c.Rolls());
  c.next.size = 101;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, ByTimeOfRecords) {
  RollCase c;
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
  RollCase c;
  c.facts.jitter_ms = 30;
  EXPECT_FALSE(c.Rolls());
  c.next.max_timestamp = 121;
  EXPECT_TRUE(c.Rolls());
  c.facts.jitter_ms = 1000;  // more than there is
  c.next.max_timestamp = 101;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, ByAgeIfRecordsHaveNoTime) {
  RollCase c;
  c.facts.first_timestamp = record::kNoTimestamp;
  c.facts.now_ms = 57;
  EXPECT_FALSE(c.Rolls());
  c.facts.now_ms = 58;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, InTimeForCompaction) {
  RollCase c;
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
  RollCase c;
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
  RollCase c;
  c.config.segment_index_bytes = 4;
  EXPECT_FALSE(c.Rolls());
}

TEST(Roll, ByOffsetRange) {
  RollCase c;
  c.next.last_offset = 2147483647;
  EXPECT_FALSE(c.Rolls());
  c.next.last_offset = 2147483648;
  EXPECT_TRUE(c.Rolls());
}

TEST(Roll, IdleByAge) {
  RollCase c;
  c.facts.now_ms = 57;
  EXPECT_FALSE(ShouldRollIdle(c.facts, c.config));
  c.facts.now_ms = 58;
  EXPECT_TRUE(ShouldRollIdle(c.facts, c.config));
  c.facts.size = 0;
  EXPECT_FALSE(ShouldRollIdle(c.facts, c.config));
}

}  // namespace
}  // namespace varve::log
