#include "engine/log/retention.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <limits>
#include <string>
#include <vector>

namespace varve::log {
namespace {

constexpr int64_t kHour = int64_t{60} * 60 * 1000;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kNow = 1000 * kDay;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Three closed segments of 100 bytes and ten offsets, and an active one of 50; records came when
// they were stamped: 9, 8, 2 and 1 days ago.
struct Case {
  std::vector<SegmentSummary> segments = {{0, 10, 100, kNow - 9 * kDay, kNow - 9 * kDay},
                                          {10, 20, 100, kNow - 8 * kDay, kNow - 8 * kDay},
                                          {20, 30, 100, kNow - 2 * kDay, kNow - 2 * kDay},
                                          {30, 35, 50, kNow - 1 * kDay, kNow - 1 * kDay}};
  Config config{.retention_ms = -1};
  RetentionFacts facts{.log_start = 0, .high_watermark = 35, .now_ms = kNow};

  // How many go below the log start, over the size, by time.
  std::string Goes() const {
    const RetentionDecision decision = DecideRetention(segments, config, facts);
    return fmt::format("{} {} {}", decision.below_log_start, decision.over_size, decision.expired);
  }
};

TEST(Retention, NothingWithoutALimit) { EXPECT_EQ(Case().Goes(), "0 0 0"); }

TEST(Retention, AnEmptySegmentMakesNoOtherOld) {
  Case c;
  c.config.retention_ms = 3 * kDay;
  EXPECT_EQ(c.Goes(), "0 0 2");
  c.segments.push_back({35, 35, 0, record::kNoTimestamp, 0});  // just begun: nobody knows when
  EXPECT_EQ(c.Goes(), "0 0 2");
}

TEST(Retention, WhatLiesWhollyBelowTheLogStart) {
  Case c;
  c.facts.log_start = 19;
  EXPECT_EQ(c.Goes(), "1 0 0");
  c.facts.log_start = 20;
  EXPECT_EQ(c.Goes(), "2 0 0");
  c.config.cleanup_delete = false;  // of a compacted topic, too
  EXPECT_EQ(c.Goes(), "2 0 0");
  c.facts.log_start = 35;  // the active segment stays
  EXPECT_EQ(c.Goes(), "3 0 0");
}

TEST(Retention, BySizeNeverBelowTheLimit) {
  Case c;  // 350 bytes
  c.config.retention_bytes = 350;
  EXPECT_EQ(c.Goes(), "0 0 0");
  c.config.retention_bytes = 251;
  EXPECT_EQ(c.Goes(), "0 0 0");
  c.config.retention_bytes = 250;
  EXPECT_EQ(c.Goes(), "0 1 0");
  c.config.retention_bytes = 50;
  EXPECT_EQ(c.Goes(), "0 3 0");
  c.config.retention_bytes = 1;
  EXPECT_EQ(c.Goes(), "0 3 0");
  c.config.retention_bytes = 0;  // all, the active one too
  EXPECT_EQ(c.Goes(), "0 4 0");
  c.config.cleanup_delete = false;
  EXPECT_EQ(c.Goes(), "0 0 0");
}

TEST(Retention, ByTimeOfTheNewestRecord) {
  Case c;
  c.config.retention_ms = 9 * kDay;
  EXPECT_EQ(c.Goes(), "0 0 0");
  c.config.retention_ms = 9 * kDay - 1;
  EXPECT_EQ(c.Goes(), "0 0 1");
  c.config.retention_ms = 7 * kDay;
  EXPECT_EQ(c.Goes(), "0 0 2");
  c.config.retention_ms = 0;
  EXPECT_EQ(c.Goes(), "0 0 4");
}

TEST(Retention, EachRuleGoesOnWhereTheOneBeforeStopped) {
  Case c;
  c.facts.log_start = 10;
  c.config.retention_bytes = 150;
  c.config.retention_ms = kDay + 1;
  EXPECT_EQ(c.Goes(), "1 1 1");
}

TEST(Retention, StopsAtTheFirstThatStays) {
  Case c;
  c.config.retention_ms = 3 * kDay;
  c.segments[0].max_timestamp = kNow - kDay;
  EXPECT_EQ(c.Goes(), "0 0 0");
}

TEST(Retention, NothingAtOrAboveTheHighWatermark) {
  Case c;
  c.config.retention_ms = 0;
  c.config.retention_bytes = 0;
  c.facts.high_watermark = 29;
  EXPECT_EQ(c.Goes(), "0 2 0");
  c.facts.high_watermark = 0;
  EXPECT_EQ(c.Goes(), "0 0 0");
}

TEST(Retention, AnEmptyLastSegmentStays) {
  Case c;
  c.config.retention_ms = 0;
  c.segments.back() = {30, 30, 0, record::kNoTimestamp, kNow - kDay};
  c.facts.high_watermark = 30;
  EXPECT_EQ(c.Goes(), "0 0 3");
  c.config.retention_bytes = 0;
  EXPECT_EQ(c.Goes(), "0 3 0");
}

TEST(Retention, WithoutTimestampsTheFileTells) {
  Case c;
  for (SegmentSummary& segment : c.segments) segment.max_timestamp = record::kNoTimestamp;
  c.config.retention_ms = 7 * kDay;
  EXPECT_EQ(c.Goes(), "0 0 2");
}

TEST(Retention, ATimestampFarInTheFuturePinsNothing) {
  Case c;
  c.config.retention_ms = 7 * kDay;
  c.segments[0].max_timestamp = kNow + 1;
  EXPECT_EQ(c.Goes(), "0 0 2");
  c.segments[0].max_timestamp = kNoLimit;
  EXPECT_EQ(c.Goes(), "0 0 2");
  c.config.timestamp_after_max_ms = kNoLimit;  // as the operator wishes, and as Kafka
  EXPECT_EQ(c.Goes(), "0 0 0");
}

TEST(Retention, AFileThatLooksOldDeletesNoRecordsThatAreNot) {
  Case c;
  c.config.retention_ms = 7 * kDay;
  for (SegmentSummary& segment : c.segments) segment.modified_ms = 0;  // restored somehow
  EXPECT_EQ(c.Goes(), "0 0 2");
}

TEST(Retention, OldRecordsThatCameJustNowStayAWhile) {
  Case c;
  c.config.retention_ms = 7 * kDay;
  for (SegmentSummary& segment : c.segments) {
    segment.max_timestamp = 1000;
    segment.modified_ms = kNow - kHour;
  }
  EXPECT_EQ(c.Goes(), "0 0 0");
  c.facts.now_ms += 1;
  EXPECT_EQ(c.Goes(), "0 0 4");
  c.facts.now_ms = kNow - kHour + 10;
  c.config.retention_ms = 9;  // shorter than the while
  EXPECT_EQ(c.Goes(), "0 0 4");
}

TEST(Retention, TimestampsTooFarInThePastCountAsTheTimeOfArrival) {
  Case c;
  c.config.retention_ms = 7 * kDay;
  c.config.timestamp_before_max_ms = kDay;
  for (SegmentSummary& segment : c.segments) segment.max_timestamp = 1000;
  EXPECT_EQ(c.Goes(), "0 0 2");
}

TEST(Retention, AFileFromTheFutureIsNoYoungerThanThoseBehindIt) {
  Case c;
  c.config.retention_ms = 7 * kDay;
  c.segments[0].max_timestamp = kNoLimit;
  c.segments[0].modified_ms = kNow + 1000 * kDay;
  EXPECT_EQ(c.Goes(), "0 0 2");
}

}  // namespace
}  // namespace varve::log
