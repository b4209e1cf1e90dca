#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

constexpr char kIndexOfThree[] =
    "0000000100000051"   // offset 1 lies at 81
    "00000002000000a2";  // offset 2 at 162

TEST(LogAppend, GivesOffsetsDenselyAndInOrder) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Run(m.log->BeginEpoch(3)).ok());
  const auto first = m.Append(MakeBatch({10, 11, 12}));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->base_offset, 0);
  EXPECT_EQ(first->last_offset, 2);
  EXPECT_EQ(first->log_append_time_ms, -1);
  EXPECT_EQ(m.Append(MakeBatch({13}))->base_offset, 3);
  EXPECT_EQ(m.ReadAll(), "0-2 3-3");
  EXPECT_EQ(m.log->offsets().end, 4);
  const Buffer file = m.Content(0, FileKind::kLog);
  EXPECT_EQ(record::BatchView(file).leader_epoch(), 3);
  EXPECT_EQ(m.log->epochs().EpochAt(0), 3);
}

TEST(LogAppend, WritesWhatWaitsInOneGo) {
  LogMachine m(Config(), {.at_once_one_in = 0, .split_one_in = 0});
  m.Open();
  const uint64_t before = m.disk().operations();
  std::vector<Buffer> batches(20, MakeBatch({1}));
  for (const auto& appended : m.AppendTogether(batches)) EXPECT_TRUE(appended.ok());
  EXPECT_EQ(m.disk().operations(), before + 1);
  EXPECT_EQ(m.log->offsets().end, 20);
}

TEST(LogAppend, RollsAheadOfABatchThatDoesNotFit) {
  LogMachine m({.segment_bytes = 300});
  m.Open();
  std::vector<Buffer> batches(7, BatchOfSize(100));
  for (const auto& appended : m.AppendTogether(batches)) EXPECT_TRUE(appended.ok());
  EXPECT_EQ(m.log->segment_count(), 3u);
  EXPECT_EQ(Offsets(m.Content(0, FileKind::kLog)), "0-0 1-1 2-2");
  EXPECT_EQ(Offsets(m.Content(3, FileKind::kLog)), "3-3 4-4 5-5");
  EXPECT_EQ(Offsets(m.Content(6, FileKind::kLog)), "6-6");
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4 5-5 6-6");
}

TEST(LogAppend, RefusesABatchThatNoSegmentHolds) {
  LogMachine m({.segment_bytes = 300});
  m.Open();
  EXPECT_TRUE(m.Append(BatchOfSize(300)).ok());
  EXPECT_TRUE(absl::IsOutOfRange(m.Append(BatchOfSize(301)).status()));
  EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
}

TEST(LogAppend, SizesOnEachSideOfABoundary) {
  LogMachine m({.index_interval_bytes = 0});
  m.Open();
  std::string expected;
  int64_t offset = 0;
  for (const size_t bytes : {80, 511, 512, 513, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20}) {
    ASSERT_TRUE(m.Append(BatchOfSize(bytes)).ok()) << bytes;
    expected += fmt::format("{}{}-{}", offset > 0 ? " " : "", offset, offset);
    ++offset;
  }
  EXPECT_EQ(m.ReadAll(), expected);
  m.Reopen(Stop::kProcess);
  EXPECT_EQ(m.ReadAll(), expected);
}

TEST(LogAppend, IndexesABatchOnlyWhenMoreThanTheIntervalLiesBefore) {
  LogMachine m({.index_interval_bytes = 80});
  m.Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.Append(BatchOfSize(81, 1000 + i)).ok());
  ASSERT_TRUE(m.Close().ok());
  EXPECT_EQ(Hex(m.Content(0, FileKind::kOffsetIndex)), kIndexOfThree);
  EXPECT_EQ(Hex(m.Content(0, FileKind::kTimeIndex)),
            "00000000000003e900000001"
            "00000000000003ea00000002");

  LogMachine even({.index_interval_bytes = 81});
  even.Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(even.Append(BatchOfSize(81, 1000 + i)).ok());
  ASSERT_TRUE(even.Close().ok());
  EXPECT_EQ(Hex(even.Content(0, FileKind::kOffsetIndex)), "00000002000000a2");
}

TEST(LogAppend, ClosingAddsTheLargestTimeOnce) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({500, 900})).ok());
  ASSERT_TRUE(m.Append(MakeBatch({900})).ok());  // not larger: the first one counts
  ASSERT_TRUE(m.Append(MakeBatch({100})).ok());
  ASSERT_TRUE(m.Close().ok());
  EXPECT_EQ(Hex(m.Content(0, FileKind::kOffsetIndex)), "");
  EXPECT_EQ(Hex(m.Content(0, FileKind::kTimeIndex)), "000000000000038400000001");
  m.Leave();
  m.arguments.stop = Stop::kClean;
  m.Open();
  ASSERT_TRUE(m.Close().ok());
  EXPECT_EQ(Hex(m.Content(0, FileKind::kTimeIndex)), "000000000000038400000001");
}

TEST(LogAppend, RollingClosesBothIndexes) {
  LogMachine m({.segment_bytes = 200});
  m.Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100, 7 + i)).ok());
  ASSERT_EQ(m.log->segment_count(), 2u);
  EXPECT_TRUE(m.disk().Exists(m.Path(0, FileKind::kOffsetIndex)));
  EXPECT_EQ(Hex(m.Content(0, FileKind::kTimeIndex)), "000000000000000800000001");
}

TEST(LogAppend, RollsByTheTimeOfRecords) {
  LogMachine m({.segment_ms = 1000});
  m.Open();
  for (const int64_t time : {5000, 6000, 4000, 6001, 6002}) {
    ASSERT_TRUE(m.Append(MakeBatch({time})).ok());
  }
  EXPECT_EQ(Offsets(m.Content(0, FileKind::kLog)), "0-0 1-1 2-2");
  EXPECT_EQ(Offsets(m.Content(3, FileKind::kLog)), "3-3 4-4");
}

TEST(LogAppend, StampsTheTimeOfAppendIfToldTo) {
  LogMachine m({.segment_ms = 1000, .log_append_time = true});
  m.Open();
  const int64_t now = m.loop->clock().WallMillis();
  const auto appended = m.Append(MakeBatch({5, 6}));
  ASSERT_TRUE(appended.ok());
  EXPECT_GE(appended->log_append_time_ms, now);
  const Buffer file = m.Content(0, FileKind::kLog);
  const record::BatchView batch(file);
  EXPECT_EQ(batch.timestamp_type(), record::TimestampType::kLogAppendTime);
  EXPECT_EQ(batch.max_timestamp(), appended->log_append_time_ms);
  EXPECT_EQ(batch.crc(), batch.ComputeCrc());
}

TEST(LogAppend, AProducersTimeDoesNotRollALogThatStampsItsOwn) {
  LogMachine m({.segment_ms = 1000, .log_append_time = true});
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({5})).ok());
  ASSERT_TRUE(m.Append(MakeBatch({int64_t{1} << 60})).ok());
  EXPECT_EQ(m.log->segment_count(), 1u);
}

TEST(LogAppend, RollsWhenAnIndexIsFull) {
  LogMachine m({.segment_index_bytes = 24, .index_interval_bytes = 0});
  m.Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100, 1000 + i)).ok());
  // One time entry is kept free, so one is all there may be before the roll.
  EXPECT_EQ(m.log->segment_count(), 3u);
  EXPECT_EQ(m.Content(0, FileKind::kTimeIndex).size(), 12u);
  EXPECT_EQ(m.Content(0, FileKind::kOffsetIndex).size(), 8u);
}

TEST(LogAppend, TheSpaceSetAsideIsGivenBackAtRollAndClose) {
  LogMachine m({.segment_bytes = 4 << 20, .allocate_step_bytes = 1 << 20});
  m.Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(m.Append(BatchOfSize(1 << 20)).ok());
  EXPECT_EQ(m.log->segment_count(), 2u);
  EXPECT_EQ(m.Content(0, FileKind::kLog).size(), size_t{4} << 20);
  ASSERT_TRUE(m.Close().ok());
  EXPECT_EQ(m.Content(4, FileKind::kLog).size(), size_t{1} << 20);
}

TEST(LogAppend, IsCancelledAfterClose) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  ASSERT_TRUE(m.Close().ok());
  EXPECT_TRUE(absl::IsCancelled(m.Append(MakeBatch({1})).status()));
  EXPECT_TRUE(absl::IsCancelled(m.Flush()));
  EXPECT_EQ(m.Read(0, 100, 1), "CANCELLED");
  EXPECT_EQ(m.Find(0, 1), "CANCELLED");
  EXPECT_TRUE(absl::IsCancelled(m.Run(m.log->BeginEpoch(9))));
}

// Enqueues, and closes the log before anything was written.
io::Task<absl::StatusOr<Appended>> AppendAndClose(Log& log, MutableBytes batch) {
  PendingAppend append(batch);
  log.Enqueue(append);
  const absl::Status closed = co_await log.Close();
  EXPECT_TRUE(closed.ok()) << closed;
  co_return co_await append;
}

TEST(LogAppend, ClosingWritesAndSyncsWhatWaits) {
  for (const int64_t flush_messages : {int64_t{1}, int64_t{1000}}) {
    LogMachine m({.flush_messages = flush_messages});
    m.Open();
    Buffer batch = MakeBatch({1, 2});
    EXPECT_TRUE(m.Run(AppendAndClose(*m.log, batch)).ok());
    const auto durable = m.disk().DurableContent(m.Path(0, FileKind::kLog));
    EXPECT_EQ(Offsets(*durable), "0-1");
  }
}

}  // namespace
}  // namespace varve::log::test
