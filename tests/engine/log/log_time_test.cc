#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

using record::Codec;

TEST(LogTime, FindsTheFirstRecordInsideABatch) {
  for (const Codec codec :
       {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    LogMachine m;
    m.Open();
    ASSERT_TRUE(m.Append(MakeBatch({100, 300, 200}, 10, codec)).ok());
    ASSERT_TRUE(m.Append(MakeBatch({250, 400}, 10, codec)).ok());
    EXPECT_EQ(m.Find(0, 5), "100@0");
    EXPECT_EQ(m.Find(101, 5), "300@1");
    EXPECT_EQ(m.Find(300, 5), "300@1");
    EXPECT_EQ(m.Find(301, 5), "400@4");
    EXPECT_EQ(m.Find(401, 5), "-");
    EXPECT_EQ(m.FindMax(5), "400@4");
  }
}

TEST(LogTime, LooksThroughSegmentsInOrder) {
  LogMachine m({.segment_bytes = 200, .index_interval_bytes = 0});
  m.Open();
  for (const int64_t time : {50, 40, 90, 20, 70, 90, 60}) {
    ASSERT_TRUE(m.Append(BatchOfSize(100, time)).ok());
  }
  ASSERT_EQ(m.log->segment_count(), 4u);
  EXPECT_EQ(m.Find(0, 7), "50@0");
  EXPECT_EQ(m.Find(51, 7), "90@2");
  EXPECT_EQ(m.Find(90, 7), "90@2");
  EXPECT_EQ(m.Find(91, 7), "-");
  EXPECT_EQ(m.FindMax(7), "90@2");
}

TEST(LogTime, OfEqualTimesTheFirstCounts) {
  LogMachine m({.index_interval_bytes = 0});
  m.Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(m.Append(MakeBatch({77, 77})).ok());
  EXPECT_EQ(m.Find(77, 10), "77@0");
  EXPECT_EQ(m.FindMax(10), "77@0");
}

TEST(LogTime, TheLimitHidesWhatIsBehindIt) {
  LogMachine m({.segment_bytes = 300, .index_interval_bytes = 0});
  m.Open();
  for (const int64_t time : {10, 30, 20, 25, 40, 5}) {
    ASSERT_TRUE(m.Append(BatchOfSize(100, time)).ok());
  }
  EXPECT_EQ(m.Find(21, 6), "30@1");
  EXPECT_EQ(m.Find(31, 6), "40@4");
  EXPECT_EQ(m.Find(31, 4), "-");
  EXPECT_EQ(m.FindMax(6), "40@4");
  EXPECT_EQ(m.FindMax(4), "30@1");  // the largest time lies behind the limit
  EXPECT_EQ(m.FindMax(1), "10@0");
  EXPECT_EQ(m.FindMax(0), "-");
}

TEST(LogTime, AnEmptyLogHasNone) {
  LogMachine m;
  m.Open();
  EXPECT_EQ(m.Find(0, 0), "-");
  EXPECT_EQ(m.FindMax(0), "-");
}

TEST(LogTime, TakesAnyNumber) {
  LogMachine m({.index_interval_bytes = 0});
  m.Open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(m.Append(MakeBatch({i})).ok());
  EXPECT_EQ(m.Find(std::numeric_limits<int64_t>::min(), 4), "0@0");
  EXPECT_EQ(m.Find(std::numeric_limits<int64_t>::max(), 4), "-");
}

TEST(LogTime, RecordsBelowTheLogStartDoNotCount) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({100, 200, 300})).ok());
  m.arguments.log_start = 1;
  m.Reopen(Stop::kClean);
  EXPECT_EQ(m.log->offsets().log_start, 1);
  EXPECT_EQ(m.Find(0, 3), "200@1");
}

TEST(LogTime, TheLargestBelowTheLogStartDoesNotCount) {
  for (const Codec codec : {Codec::kNone, Codec::kZstd}) {
    LogMachine m({.segment_bytes = 300, .index_interval_bytes = 0});
    m.Open();
    ASSERT_TRUE(m.Append(MakeBatch({900, 100, 300, 300}, 10, codec)).ok());
    ASSERT_TRUE(m.Append(MakeBatch({200, 200}, 10, codec)).ok());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.Append(MakeBatch({250, 10}, 10, codec)).ok());
    m.log->AdvanceHighWatermark(12);
    EXPECT_GT(m.log->segment_count(), 1u);
    const auto after = [&](int64_t start) {
      EXPECT_TRUE(m.Run(m.log->AdvanceLogStart(start)).ok());
      return m.FindMax(12);
    };
    EXPECT_EQ(m.FindMax(12), "900@0");
    EXPECT_EQ(after(1), "300@2");  // inside the first batch
    EXPECT_EQ(after(3), "300@3");
    EXPECT_EQ(m.FindMax(5), "300@3");
    EXPECT_EQ(after(4), "250@6");
    EXPECT_EQ(m.FindMax(6), "200@4");
    EXPECT_EQ(after(5), "250@6");
    EXPECT_EQ(after(11), "10@11");
    EXPECT_EQ(after(12), "-");
  }
}

TEST(LogTime, RecordsWithoutATimeHaveNoLargest) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({900, -1, -1})).ok());
  m.log->AdvanceHighWatermark(3);
  EXPECT_TRUE(m.Run(m.log->AdvanceLogStart(1)).ok());
  EXPECT_EQ(m.FindMax(3), "-");
}

TEST(LogTime, AllRecordsOfABatchHaveItsTimeOfAppend) {
  LogMachine m({.log_append_time = true});
  m.Open();
  const auto appended = m.Append(MakeBatch({5, 6, 7}));
  ASSERT_TRUE(appended.ok());
  const int64_t time = appended->log_append_time_ms;
  EXPECT_EQ(m.Find(8, 3), fmt::format("{}@0", time));
  EXPECT_EQ(m.Find(time + 1, 3), "-");
}

// The same answers before and after a restart, whichever way the indexes came about.
TEST(LogTime, AnswersOutliveRestarts) {
  LogMachine m({.segment_bytes = 1000, .index_interval_bytes = 150});
  m.Open();
  io::Random random(5);
  for (int i = 0; i < 60; ++i) {
    const auto time = static_cast<int64_t>(random.Below(100));
    ASSERT_TRUE(m.Append(BatchOfSize(90 + random.Below(100), time)).ok());
  }
  const auto answers = [&] {
    std::string all;
    for (int64_t time = 0; time <= 100; ++time) all += m.Find(time, 60) + " ";
    return all;
  };
  const std::string expected = answers();
  m.Reopen(Stop::kProcess);
  EXPECT_EQ(answers(), expected);
  m.Reopen(Stop::kClean);
  EXPECT_EQ(answers(), expected);
}

}  // namespace
}  // namespace varve::log::test
