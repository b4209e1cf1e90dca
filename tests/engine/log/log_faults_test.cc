#include <gtest/gtest.h>

#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

using io::SimCall;
using io::SimFault;

TEST(LogFaults, AFullDiskRefusesAppendsAndTearsNothing) {
  LogMachine m(Config(), {.at_once_one_in = 0, .disk_bytes = 100'000});
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(500)).ok());
  m.disk().set_free_bytes(700);
  ASSERT_TRUE(m.Append(BatchOfSize(600)).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(m.Append(BatchOfSize(600)).status()));
  EXPECT_TRUE(m.health->full());
  EXPECT_TRUE(absl::IsResourceExhausted(m.Append(BatchOfSize(80)).status()));
  EXPECT_EQ(m.Content(0, FileKind::kLog).size(), 1100u);
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
  EXPECT_TRUE(m.Flush().ok());
}

TEST(LogFaults, AppendsResumeByThemselvesOnceThereIsSpace) {
  LogMachine m(Config(), {.at_once_one_in = 0, .disk_bytes = 100'000});
  m.Open();
  m.disk().set_free_bytes(50);
  EXPECT_TRUE(absl::IsResourceExhausted(m.Append(BatchOfSize(100)).status()));
  m.disk().set_free_bytes(100'000);
  EXPECT_FALSE(m.Append(BatchOfSize(100)).ok());  // nobody looks again at once
  m.world.RunFor(std::chrono::seconds(2));
  EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
  EXPECT_FALSE(m.health->full());
  EXPECT_EQ(m.ReadAll(), "0-0");
}

// It was refused, and may have been sent again; and its offset may have been given to another one.
TEST(LogFaults, APowerLossDoesNotBringBackWhatWasRefused) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const bool goes_on = seed % 2 == 0;
    LogMachine m(Config(), {.seed = seed});
    m.Open();
    ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
    ASSERT_TRUE(m.Flush().ok());
    m.disk().Inject({.call = SimCall::kAppend, .kind = SimFault::kNoSpace, .path = ".log"});
    for (const auto& refused : m.AppendTogether(std::vector(4, BatchOfSize(100, /*time=*/7777)))) {
      ASSERT_FALSE(refused.ok());
    }
    if (goes_on) {
      m.world.RunFor(std::chrono::seconds(2));
      ASSERT_TRUE(m.Append(BatchOfSize(300)).ok());
    }
    m.Reopen(Stop::kMachine);
    EXPECT_EQ(m.Find(7777, m.log->offsets().end), "-") << "seed " << seed;
  }
}

TEST(LogFaults, ALittleSpaceIsNotEnough) {
  LogMachine m;
  m.Open();
  m.disk().set_free_bytes(50);
  EXPECT_FALSE(m.Append(BatchOfSize(100)).ok());
  m.disk().set_free_bytes(120);  // less than a hundredth of the disk, once it is a larger one
  ASSERT_TRUE(m.disk().Put("ballast", Buffer(50'000)).ok());
  m.world.RunFor(std::chrono::seconds(2));
  EXPECT_FALSE(m.Append(BatchOfSize(100)).ok());
}

TEST(LogFaults, ARefusedAppendDoesNotPutOffTheNextLook) {
  LogMachine m;
  m.Open();
  m.disk().set_free_bytes(50);
  EXPECT_FALSE(m.Append(BatchOfSize(100)).ok());
  m.disk().set_free_bytes(100'000);
  bool resumed = false;
  for (int i = 0; i < 30 && !resumed; ++i) {
    m.world.RunFor(std::chrono::milliseconds(100));
    resumed = m.Append(BatchOfSize(100)).ok();
  }
  EXPECT_TRUE(resumed);
}

TEST(LogFaults, AFullDiskAtARollMarksTheDirectory) {
  LogMachine m({.segment_bytes = 200});
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(200)).ok());
  m.disk().Inject({.call = SimCall::kCreate, .kind = SimFault::kNoSpace, .path = ".log"});
  EXPECT_TRUE(absl::IsResourceExhausted(m.Append(BatchOfSize(100)).status()));
  EXPECT_TRUE(m.health->full());
  m.world.RunFor(std::chrono::seconds(2));
  EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
  EXPECT_EQ(m.log->segment_count(), 2u);
}

TEST(LogFaults, AFailedWriteEndsAppendsUntilARestart) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
  m.disk().Inject({.call = SimCall::kAppend, .path = ".log"});
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
  EXPECT_TRUE(m.health->failed());
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
  EXPECT_EQ(m.ReadAll(), "0-0");
  m.Reopen(Stop::kProcess);
  EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
}

TEST(LogFaults, AFailedSyncIsFinal) {
  LogMachine m({.flush_messages = 1});
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
  m.disk().Inject({.call = SimCall::kSyncData, .path = ".log"});
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
  EXPECT_TRUE(m.health->failed());
  EXPECT_EQ(m.log->offsets().durable, 1);
  EXPECT_TRUE(absl::IsDataLoss(m.Flush()));
  EXPECT_EQ(m.log->offsets().durable, 1);
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
  EXPECT_FALSE(m.Close().ok());
}

// An append that ends with ResourceExhausted is not written, and may be sent again. This one is.
TEST(LogFaults, ASyncWithoutSpaceIsNoFullDisk) {
  LogMachine m({.flush_messages = 1});
  m.Open();
  m.disk().Inject({.call = SimCall::kSyncData, .kind = SimFault::kNoSpace, .path = ".log"});
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
  EXPECT_TRUE(m.health->failed());
  EXPECT_EQ(m.ReadAll(), "0-0");
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
}

TEST(LogFaults, AFailedSyncAtCloseIsReported) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
  m.disk().Inject({.call = SimCall::kSyncDirectory, .path = "t-0"});
  EXPECT_TRUE(absl::IsDataLoss(m.Close()));
  EXPECT_TRUE(m.health->failed());  // so that nobody writes the marker of a clean stop
}

// A start that takes the log over unseen would not find it.
TEST(LogFaults, AFileThatCannotBeRemovedIsLeftToTheNextStart) {
  LogMachine m({.segment_bytes = 200});
  m.Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.Append(BatchOfSize(200)).ok());
  m.log->AdvanceHighWatermark(2);
  ASSERT_TRUE(m.Run(m.log->AdvanceLogStart(2)).ok());
  ASSERT_TRUE(m.Run(m.log->ApplyRetention(0)).ok());
  m.disk().Inject({.call = SimCall::kRemove, .path = ".deleted"});
  EXPECT_TRUE(m.Close().ok());
  EXPECT_EQ(m.log->as_left(), nullptr);
}

TEST(LogFaults, WhatACleanStopRemovesDoesNotComeBack) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    LogMachine m({.segment_bytes = 200}, {.seed = seed});
    m.Open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.Append(BatchOfSize(200)).ok());
    m.Reopen(Stop::kClean);  // nothing is written in this run
    m.log->AdvanceHighWatermark(2);
    ASSERT_TRUE(m.Run(m.log->AdvanceLogStart(2)).ok());
    ASSERT_TRUE(m.Run(m.log->ApplyRetention(0)).ok());
    ASSERT_TRUE(m.Close().ok());
    EXPECT_NE(m.log->as_left(), nullptr);
    m.Leave(io::SimCrash::kPower);
    EXPECT_FALSE(m.disk().Exists(m.Path(0, FileKind::kLog, FileState::kDeleted))) << seed;
  }
}

TEST(LogFaults, AFailureAtARollEndsAppends) {
  LogMachine m({.segment_bytes = 200});
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(200)).ok());
  m.disk().Inject({.call = SimCall::kAppend, .path = ".timeindex"});
  EXPECT_TRUE(absl::IsDataLoss(m.Append(BatchOfSize(100)).status()));
  EXPECT_TRUE(m.health->failed());
  EXPECT_EQ(m.ReadAll(), "0-0");
}

TEST(LogFaults, AnEpochThatIsNotStoredHasNotBegun) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Run(m.log->BeginEpoch(1)).ok());
  m.disk().Inject({.call = SimCall::kRename, .kind = SimFault::kNoSpace});
  EXPECT_FALSE(m.Run(m.log->BeginEpoch(2)).ok());
  EXPECT_EQ(m.log->leader_epoch(), 1);
  EXPECT_EQ(m.log->epochs().latest(), 1);
}

TEST(LogFaults, AnUnreadableFileIsNotAnEmptyOne) {
  for (const SimCall call : {SimCall::kOpen, SimCall::kRead, SimCall::kStat, SimCall::kList}) {
    LogMachine m;
    m.Open();
    ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
    m.Leave();
    m.arguments.stop = Stop::kProcess;
    m.disk().Inject({.call = call});
    EXPECT_TRUE(absl::IsDataLoss(m.TryOpen()));
    m.disk().ClearFaults();
    m.Open();  // nothing was thrown away
    EXPECT_EQ(m.ReadAll(), "0-0");
  }
}

TEST(LogFaults, ABadSectorEndsOnlyTheReadsOfIt) {
  LogMachine m({.segment_bytes = 200});
  m.Open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
  ASSERT_TRUE(m.disk().MarkBad(m.Path(0, FileKind::kLog), 0, 100).ok());
  EXPECT_EQ(m.Read(0, 100, 4), "DATA_LOSS");
  EXPECT_EQ(m.Read(2, 100, 4), "2-2");
  EXPECT_TRUE(m.Append(BatchOfSize(100)).ok());
}

}  // namespace
}  // namespace varve::log::test
