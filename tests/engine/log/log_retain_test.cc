#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "engine/base/status.h"
#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

using io::SimCall;
using io::SimFault;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Segments of two batches of 100 bytes and one record each, stamped with the time they came.
class RetainTest : public ::testing::Test {
 protected:
  RetainTest() { m_.Open(); }

  static Config Small() {
    Config config;
    config.segment_bytes = 200;
    config.retention_ms = -1;
    return config;
  }
  int64_t NowMs() { return m_.loop->clock().WallMillis(); }
  void Fill(int batches) {
    for (int i = 0; i < batches; ++i) {
      ASSERT_TRUE(m_.Append(BatchOfSize(100, NowMs())).ok());
    }
    m_.log->AdvanceHighWatermark(m_.log->offsets().end);
  }
  // How many segments went.
  int64_t Apply() {
    const auto applied = m_.Run(m_.log->ApplyRetention(NowMs()));
    return applied.ok() ? static_cast<int64_t>(applied->count()) : -1;
  }
  void Set(int64_t retention_ms, int64_t retention_bytes) {
    Config config = m_.log->config();
    config.retention_ms = retention_ms;
    config.retention_bytes = retention_bytes;
    m_.log->set_config(config);
    m_.arguments.config = config;
  }
  size_t Files(const std::string& suffix) {
    const auto names = *m_.disk().Names("t-0");
    return static_cast<size_t>(std::ranges::count_if(
        names, [&](const std::string& name) { return name.ends_with(suffix); }));
  }

  LogMachine m_{Small()};
};

TEST_F(RetainTest, BySizeTheOldestGo) {
  Fill(7);
  EXPECT_EQ(m_.log->size_bytes(), 700u);
  EXPECT_EQ(Apply(), 0);
  Set(-1, 350);
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(m_.log->offsets().log_start, 2);
  EXPECT_EQ(m_.log->size_bytes(), 500u);
  EXPECT_EQ(m_.ReadAll(), "2-2 3-3 4-4 5-5 6-6");
  EXPECT_EQ(m_.Read(1, 1000, 7), "OUT_OF_RANGE");
  EXPECT_EQ(Apply(), 0);
}

TEST_F(RetainTest, ByTimeEvenTheActiveOneGoes) {
  Fill(3);
  Set(5000, -1);
  EXPECT_EQ(Apply(), 0);
  m_.world.RunFor(seconds(6));
  EXPECT_EQ(Apply(), 2);
  EXPECT_EQ(m_.log->offsets().log_start, 3);
  EXPECT_EQ(m_.log->segment_count(), 1u);
  EXPECT_EQ(m_.log->size_bytes(), 0u);
  EXPECT_EQ(Apply(), 0);
  Fill(1);
  EXPECT_EQ(m_.ReadAll(), "3-3");
}

TEST_F(RetainTest, NothingAboveTheHighWatermark) {
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  m_.log->AdvanceHighWatermark(3);
  Set(-1, 0);
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(m_.log->offsets().log_start, 2);
}

TEST_F(RetainTest, FilesAreRenamedAndRemovedLater) {
  Fill(5);
  Set(-1, 300);
  EXPECT_EQ(Apply(), 1);
  EXPECT_TRUE(m_.disk().Exists("t-0/00000000000000000000.log.deleted"));
  EXPECT_FALSE(m_.disk().Exists("t-0/00000000000000000000.log"));
  m_.world.RunFor(seconds(59));
  EXPECT_GT(Files(".deleted"), 0u);
  m_.world.RunFor(seconds(2));
  EXPECT_EQ(Files(".deleted"), 0u);
}

TEST_F(RetainTest, ClosingLeavesNoDeletedFiles) {
  Fill(5);
  Set(-1, 300);
  EXPECT_EQ(Apply(), 1);
  m_.Reopen(Stop::kClean);
  EXPECT_FALSE(m_.Met(Row::kDeletedFile));
  EXPECT_EQ(Files(".deleted"), 0u);
  EXPECT_EQ(m_.ReadAll(), "2-2 3-3 4-4");
}

TEST_F(RetainTest, AReaderKeepsWhatItHolds) {
  Fill(5);
  const auto read = m_.Run(m_.log->Read(0, 1000, 5, true));
  ASSERT_TRUE(read.ok());
  Set(-1, 300);
  EXPECT_EQ(Apply(), 1);
  m_.world.RunFor(seconds(70));
  EXPECT_EQ(Files(".deleted"), 0u);
  Buffer bytes(read->range.size);
  const auto got = m_.Run(read->range.file->Read(read->range.position, bytes));
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(Offsets(bytes), "0-0 1-1");
}

// Lookups that are on their way while their segment goes find the log as it is then.
TEST_F(RetainTest, ReadsBesideADeletionFindWhatIsLeft) {
  Fill(9);
  m_.Reopen(Stop::kClean);  // nothing is open
  m_.log->AdvanceHighWatermark(9);
  Set(-1, 300);
  io::Gate gate(*m_.loop);
  absl::StatusOr<ReadRange> read;
  absl::StatusOr<std::optional<TimestampOffset>> found;
  auto do_read = [](Log& log, absl::StatusOr<ReadRange>& into) -> io::Task<void> {
    into = co_await log.Read(0, 1000, 9, true);
  };
  auto do_find = [](Log& log, auto& into) -> io::Task<void> {
    into = co_await log.FindTimestamp(0, 9);
  };
  m_.disk().Inject({.call = SimCall::kOpen,
                    .kind = SimFault::kSlow,
                    .path = "00.log",
                    .times = 2,
                    .delay = seconds(200)});
  gate.Spawn(do_read(*m_.log, read));
  gate.Spawn(do_find(*m_.log, found));
  EXPECT_EQ(Apply(), 3);
  m_.world.RunFor(seconds(300));
  m_.Run(gate.Close());
  EXPECT_TRUE(absl::IsOutOfRange(read.status())) << read.status();
  ASSERT_TRUE(found.ok() && *found) << found.status();
  EXPECT_EQ((*found)->offset, 6);
}

TEST_F(RetainTest, TheLogStartAdvancesWithinItsBounds) {
  Fill(5);
  m_.log->AdvanceHighWatermark(4);
  EXPECT_TRUE(absl::IsOutOfRange(m_.Run(m_.log->AdvanceLogStart(6))));
  EXPECT_TRUE(absl::IsOutOfRange(m_.Run(m_.log->AdvanceLogStart(-1))));
  EXPECT_TRUE(m_.Run(m_.log->AdvanceLogStart(3)).ok());
  EXPECT_TRUE(m_.Run(m_.log->AdvanceLogStart(1)).ok());  // already so
  EXPECT_EQ(m_.log->offsets().log_start, 3);
  EXPECT_EQ(m_.Read(2, 1000, 5), "OUT_OF_RANGE");
  EXPECT_EQ(m_.Read(3, 1000, 5), "3-3");
  EXPECT_EQ(m_.log->segment_count(), 3u);
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(m_.log->segment_count(), 2u);
  EXPECT_EQ(m_.log->first_segment_base(), 2);
}

TEST_F(RetainTest, EpochsGoWithTheirSegments) {
  Fill(2);
  ASSERT_TRUE(m_.Run(m_.log->BeginEpoch(3)).ok());
  Fill(2);
  ASSERT_TRUE(m_.Run(m_.log->BeginEpoch(7)).ok());
  Fill(2);
  ASSERT_TRUE(m_.Run(m_.log->AdvanceLogStart(5)).ok());
  EXPECT_EQ(m_.log->epochs().entries().size(), 2u);  // a crash may take that back
  EXPECT_EQ(Apply(), 2);
  const std::vector<EpochStart> left = {{7, 4}};
  EXPECT_EQ(m_.log->epochs().entries(), left);
  const Buffer file = *m_.disk().Content("t-0/leader-epoch-checkpoint");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.data()), file.size()), "0\n1\n7 4\n");
}

TEST_F(RetainTest, AnIdleSegmentIsClosedWhenItIsOld) {
  Config config = Small();
  config.segment_ms = 10'000;
  m_.log->set_config(config);
  Fill(1);
  EXPECT_TRUE(m_.Run(m_.log->RollIfOld(NowMs())).ok());
  EXPECT_EQ(m_.log->segment_count(), 1u);
  m_.world.RunFor(seconds(11));
  EXPECT_TRUE(m_.Run(m_.log->RollIfOld(NowMs())).ok());
  EXPECT_EQ(m_.log->segment_count(), 2u);
  m_.world.RunFor(seconds(11));  // an empty one is left alone
  EXPECT_TRUE(m_.Run(m_.log->RollIfOld(NowMs())).ok());
  EXPECT_EQ(m_.log->segment_count(), 2u);
  EXPECT_EQ(m_.ReadAll(), "0-0");
}

TEST_F(RetainTest, AFullDiskDoesNotHinderDeleting) {
  Fill(7);
  m_.disk().set_free_bytes(0);
  EXPECT_TRUE(absl::IsResourceExhausted(m_.Append(BatchOfSize(100)).status()));
  m_.disk().Inject({.call = SimCall::kRename, .kind = SimFault::kNoSpace, .times = 1});
  Set(-1, 100);
  EXPECT_EQ(Apply(), 3);
  m_.world.RunFor(milliseconds(100));  // and does not wait for file.delete.delay.ms
  EXPECT_EQ(Files(".deleted"), 0u);
  EXPECT_TRUE(m_.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(m_.ReadAll(), "6-6 7-7");
}

TEST_F(RetainTest, WithoutSpaceForANewSegmentTheActiveOneStays) {
  Fill(5);
  m_.disk().set_free_bytes(0);
  Set(-1, 0);
  EXPECT_EQ(Apply(), 2);
  EXPECT_EQ(m_.ReadAll(), "4-4");
  m_.world.RunFor(seconds(1));  // what went has made room
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(m_.log->offsets().log_start, 5);
}

TEST_F(RetainTest, NothingIsDeletedOnADeviceThatFails) {
  Fill(5);
  m_.disk().Inject({.call = SimCall::kAppend, .path = ".log"});
  EXPECT_TRUE(absl::IsDataLoss(m_.Append(BatchOfSize(100)).status()));
  Set(-1, 0);
  EXPECT_EQ(Apply(), 0);
  EXPECT_EQ(m_.log->offsets().log_start, 0);
}

// What is durable behind segments that are being deleted survives a power loss, though these may
// come back and were not durable when they were chosen.
TEST(RetainCrash, TakesNothingThatIsDurable) {
  for (uint64_t n = 1;; ++n) {
    SCOPED_TRACE(n);
    Config config;
    config.segment_bytes = 200;
    config.retention_bytes = 200;
    LogMachine m(config, {.seed = n});
    m.Open();
    m.disk().Inject({.call = SimCall::kSyncData, .kind = SimFault::kSlow, .delay = seconds(1)});
    m.disk().Inject({.call = SimCall::kRename,
                     .kind = SimFault::kSlow,
                     .times = SimFault::kForever,
                     .delay = seconds(5)});
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
    m.log->AdvanceHighWatermark(6);
    m.disk().CrashAtOperation(n, io::SimCrash::kPower);
    io::Gate gate(*m.loop);
    auto retain = [](Log& log) -> io::Task<void> {
      IgnoreError((co_await log.ApplyRetention(0)).status());
    };
    gate.Spawn(retain(*m.log));
    const bool durable = m.Flush().ok();
    m.Run(gate.Close());
    const bool crashed = m.disk().crashed();
    m.Reopen(Stop::kMachine);
    EXPECT_GE(m.log->offsets().end, durable ? 6 : 0);
    if (!crashed) break;
  }
}

// A power loss at every step of deleting: what is left is a tail without holes, and offsets go on.
TEST(RetainCrash, LeavesNoHole) {
  for (uint64_t n = 1;; ++n) {
    SCOPED_TRACE(n);
    Config config;
    config.segment_bytes = 200;
    config.retention_bytes = 0;
    LogMachine m(config, {.seed = n});
    m.Open();
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
    ASSERT_TRUE(m.Flush().ok());
    m.log->AdvanceHighWatermark(7);
    m.disk().CrashAtOperation(n, io::SimCrash::kPower);
    const auto applied = m.Run(m.log->ApplyRetention(0));
    const bool crashed = m.disk().crashed();
    m.Reopen(Stop::kMachine);
    EXPECT_EQ(m.log->offsets().end, 7);
    const int64_t start = m.log->offsets().log_start;
    std::string expected;
    for (int64_t i = start; i < 7; ++i) {
      expected += (i > start ? " " : "") + std::to_string(i) + "-" + std::to_string(i);
    }
    EXPECT_EQ(m.ReadAll(), expected);
    if (!crashed) {
      EXPECT_TRUE(applied.ok());
      EXPECT_EQ(start, 7);
      break;
    }
  }
}

}  // namespace
}  // namespace varve::log::test
