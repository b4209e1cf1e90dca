#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/record/stamp.h"
#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

// Segments of three batches of 100 bytes: 0-2, 3-5, 6.
struct ThreeSegments : LogMachine {
  ThreeSegments() : LogMachine({.segment_bytes = 300, .index_interval_bytes = 50}) {
    Open();
    for (int i = 0; i < 7; ++i) EXPECT_TRUE(Append(BatchOfSize(100, 1000 + i)).ok());
  }
};

TEST(LogRead, BeginsWithTheBatchThatHoldsTheOffset) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1, 2, 3})).ok());
  ASSERT_TRUE(m.Append(MakeBatch({4, 5})).ok());
  EXPECT_EQ(m.Read(0, 1000, 5), "0-2 3-4");
  EXPECT_EQ(m.Read(2, 1000, 5), "0-2 3-4");
  EXPECT_EQ(m.Read(3, 1000, 5), "3-4");
  EXPECT_EQ(m.Read(4, 1000, 5), "3-4");
  EXPECT_EQ(m.Read(5, 1000, 5), "");
}

// Only the head of the batch that is asked for is looked at.
TEST(LogRead, GoingOnBehindALargeBatchTakesOneRead) {
  constexpr int kBatches = 50;
  LogMachine m;
  m.Open();
  for (int i = 0; i < kBatches; ++i) ASSERT_TRUE(m.Append(BatchOfSize(10'000)).ok());
  m.disk().Inject({.call = io::SimCall::kRead, .skip = kBatches, .times = io::SimFault::kForever});
  for (int i = 0; i < kBatches; ++i) {
    const auto read = m.Run(m.log->Read(i, 10'000, kBatches, true));
    ASSERT_TRUE(read.ok()) << "batch " << i << ": " << read.status();
    EXPECT_EQ(read->first_offset, i);
    EXPECT_EQ(read->range.position, 10'000U * static_cast<unsigned>(i));
  }
}

TEST(LogRead, FindsEachOffsetWhateverTheIndexHas) {
  for (const int32_t interval : {0, 150, 250, 1000}) {
    LogMachine m({.index_interval_bytes = interval});
    m.Open();
    std::vector<int64_t> base_of;  // each offset's batch
    for (int i = 0; i < 100; ++i) {
      const bool many = i % 3 == 0;
      base_of.insert(base_of.end(), many ? 3 : 1, std::ssize(base_of));
      const Buffer batch = many ? MakeBatch({1, 2, 3}) : BatchOfSize(i % 2 == 0 ? 100 : 500);
      ASSERT_TRUE(m.Append(batch).ok());
    }
    for (int64_t offset = 0; offset < std::ssize(base_of); ++offset) {
      const auto read = m.Run(m.log->Read(offset, 1000, std::ssize(base_of), false));
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->first_offset, base_of[static_cast<size_t>(offset)]) << "by " << interval;
    }
  }
}

TEST(LogRead, IsOutOfRangeOnEitherSide) {
  ThreeSegments m;
  EXPECT_EQ(m.Read(-1, 1000, 7), "OUT_OF_RANGE");
  EXPECT_EQ(m.Read(8, 1000, 7), "OUT_OF_RANGE");
  EXPECT_EQ(m.Read(7, 1000, 7), "");
}

TEST(LogRead, StaysWithinOneSegment) {
  ThreeSegments m;
  EXPECT_EQ(m.Read(0, 1000, 7), "0-0 1-1 2-2");
  EXPECT_EQ(m.Read(4, 1000, 7), "4-4 5-5");
  EXPECT_EQ(m.Read(6, 1000, 7), "6-6");
}

TEST(LogRead, MayCutTheLastBatchShort) {
  ThreeSegments m;
  EXPECT_EQ(m.Read(0, 100, 7), "0-0");
  EXPECT_EQ(m.Read(0, 199, 7), "0-0 ?");
  EXPECT_EQ(m.Read(0, 200, 7), "0-0 1-1");
}

TEST(LogRead, GivesTheFirstBatchWholeOnlyIfAsked) {
  ThreeSegments m;
  for (const uint64_t bytes_max : {0, 1, 99}) {
    EXPECT_EQ(m.Read(1, bytes_max, 7), "");
    EXPECT_EQ(m.Read(1, bytes_max, 7, true), "1-1");
  }
  EXPECT_EQ(m.Read(1, 150, 7, true), "1-1 ?");
}

TEST(LogRead, EndsBelowTheLimit) {
  ThreeSegments m;
  EXPECT_EQ(m.Read(0, 1000, 2), "0-0 1-1");
  EXPECT_EQ(m.Read(0, 1000, 3), "0-0 1-1 2-2");
  EXPECT_EQ(m.Read(3, 1000, 4), "3-3");
  EXPECT_EQ(m.Read(3, 1000, 3), "");
  EXPECT_EQ(m.Read(4, 1000, 2), "");
}

TEST(LogRead, ALimitInsideABatchLeavesItOut) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  ASSERT_TRUE(m.Append(MakeBatch({2, 3, 4})).ok());
  EXPECT_EQ(m.Read(0, 1000, 2), "0-0");
  EXPECT_EQ(m.Read(1, 1000, 2), "");
  EXPECT_EQ(m.Read(1, 1000, 4), "1-3");
}

TEST(LogRead, KeepsTheFileOpenBeyondItsName) {
  ThreeSegments m;
  const auto read = m.Run(m.log->Read(0, 100, 7, false));
  ASSERT_TRUE(read.ok());
  ASSERT_TRUE(m.Run(m.loop->disk().Remove(m.Path(0, FileKind::kLog))).ok());
  Buffer bytes(read->range.size);
  EXPECT_EQ(*m.Run(read->range.file->Read(read->range.position, bytes)), 100u);
  EXPECT_EQ(Offsets(bytes), "0-0");
}

// A log that compaction or a follower has left with gaps.
TEST(LogRead, GoesOnBehindAGap) {
  LogMachine m;
  Buffer first = MakeBatch({10});
  Buffer second = MakeBatch({20});
  record::StampBaseOffset(first, 2);
  record::StampBaseOffset(second, 9);
  Append(first, second);
  ASSERT_TRUE(m.disk().Put(m.Path(0, FileKind::kLog), first).ok());
  Buffer third = MakeBatch({30});
  record::StampBaseOffset(third, 20);
  ASSERT_TRUE(m.disk().Put(m.Path(20, FileKind::kLog), third).ok());
  m.arguments.stop = Stop::kProcess;
  m.Open();
  EXPECT_EQ(m.log->offsets().end, 21);
  EXPECT_EQ(m.Read(0, 1000, 21), "2-2 9-9");
  EXPECT_EQ(m.Read(3, 1000, 21), "9-9");
  EXPECT_EQ(m.Read(10, 1000, 21), "20-20");
  EXPECT_EQ(m.Read(3, 1000, 5), "");
  EXPECT_EQ(m.Read(10, 1000, 15), "");
  EXPECT_EQ(m.Find(15, 21), "20@9");
}

io::Task<void> ReadInto(Log& log, std::string& result) {
  const auto read = co_await log.Read(1, 1000, 7, false);
  result = read.ok() ? "read" : std::string(read.status().message());
}

io::Task<absl::Status> CloseWhileReading(io::Loop& loop, Log& log, std::string& result) {
  io::Gate gate(loop);
  gate.Spawn(ReadInto(log, result));
  absl::Status closed = co_await log.Close();
  co_await gate.Close();
  co_return closed;
}

TEST(LogRead, ClosingWaitsForReads) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    LogMachine m({.segment_bytes = 300}, {.seed = seed});
    m.Open();
    for (int i = 0; i < 7; ++i) EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
    std::string result;
    EXPECT_TRUE(m.Run(CloseWhileReading(*m.loop, *m.log, result)).ok());
    EXPECT_EQ(result, "read");
  }
}

TEST(LogRead, AThousandSegmentsKeepFewFilesOpen) {
  LogMachine m({.segment_bytes = 100, .index_interval_bytes = 0}, {}, 8);
  m.Open();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100, i)).ok());
  EXPECT_EQ(m.log->segment_count(), 1000u);
  EXPECT_LE(m.files->open_files(), 8u);
  for (int64_t offset = 0; offset < 1000; offset += 37) {
    const std::string one = fmt::format("{}-{}", offset, offset);
    EXPECT_EQ(m.Read(offset, 1000, 1000), one);
    EXPECT_EQ(m.Find(offset, 1000), fmt::format("{}@{}", offset, offset));
    EXPECT_LE(m.files->open_files(), 8u);
  }
  m.Reopen(Stop::kClean);
  EXPECT_LE(m.files->open_files(), 8u);
  EXPECT_EQ(m.log->open_report().scanned_bytes, 0u);
  EXPECT_EQ(m.Read(500, 1000, 1000), "500-500");
}

}  // namespace
}  // namespace varve::log::test
