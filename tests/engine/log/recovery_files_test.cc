#include <gtest/gtest.h>

#include "tests/engine/log/damaged.h"

namespace varve::log::test {
namespace {

TEST(RecoveryFiles, NoSegments) {
  LogMachine m;
  m.arguments.log_start = 17;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kNoSegments));
  EXPECT_EQ(m.log->offsets().end, 17);
  EXPECT_TRUE(m.disk().Exists(m.Path(17, FileKind::kLog)));
}

// A start that emptied a log and was cut short has left nothing that would tell of its tail.
TEST(RecoveryFiles, NoSegmentsWhereThereWereSome) {
  for (const Stop stop : {Stop::kClean, Stop::kProcess, Stop::kMachine}) {
    LogMachine m;
    m.arguments.stop = stop;
    m.Open();
    EXPECT_FALSE(m.log->open_report().may_have_lost_tail);  // a new one
    LogMachine used;
    used.arguments.stop = stop;
    used.arguments.log_start = 7;
    used.Open();
    EXPECT_EQ(used.log->offsets().end, 7);
    EXPECT_EQ(used.log->open_report().may_have_lost_tail, stop != Stop::kClean);
  }
}

TEST(RecoveryFiles, IndexMissing) {
  for (const FileKind kind : {FileKind::kOffsetIndex, FileKind::kTimeIndex}) {
    Damaged m(7);
    const std::string before = Hex(m.Content(0, kind));
    m.Remove(m.Path(0, kind));
    m.arguments.recovery_point = 7;
    m.Open();
    EXPECT_TRUE(m.Met(Row::kIndexMissing));
    EXPECT_EQ(Hex(m.Content(0, kind)), before);
    EXPECT_EQ(m.Find(1001, 7), "1001@1");
  }
}

TEST(RecoveryFiles, IndexUnfit) {
  const Buffer half(7);
  const Buffer zeros(24);
  const Buffer far(24, std::byte{0x7f});
  const Buffer negative(24, std::byte{0xff});
  for (const Bytes content : {Bytes(half), Bytes(far), Bytes(negative), Bytes()}) {
    Damaged m(7);
    const std::string before = Hex(m.Content(0, FileKind::kTimeIndex));
    m.Put(0, FileKind::kTimeIndex, content);
    m.arguments.recovery_point = 7;
    m.Open();
    EXPECT_TRUE(m.Met(Row::kIndexUnfit)) << content.size();
    EXPECT_EQ(Hex(m.Content(0, FileKind::kTimeIndex)), before);
    EXPECT_EQ(m.Find(1002, 7), "1002@2");
  }
}

TEST(RecoveryFiles, ACleanStopDoesNotMakeIndexesTrue) {
  Damaged m(5);
  m.Open();
  ASSERT_TRUE(m.Close().ok());
  m.Leave();
  OffsetIndexEntry beyond{1000, 0};
  m.Put(3, FileKind::kOffsetIndex, std::as_bytes(std::span(&beyond, 1)));
  m.arguments.stop = Stop::kClean;
  m.arguments.recovery_point = 5;
  m.Open();
  EXPECT_EQ(m.log->offsets().end, 5);
  EXPECT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4 5-5");
}

TEST(RecoveryFiles, LeftoverFiles) {
  Damaged m(7);
  m.Put(0, FileKind::kLog, AsBytes("x"), FileState::kDeleted);
  m.Put(3, FileKind::kLog, AsBytes("x"), FileState::kCleaned);
  m.Put(500, FileKind::kOffsetIndex, AsBytes("x"));
  ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint.tmp", AsBytes("x")).ok());
  m.Open();
  EXPECT_TRUE(m.Met(Row::kDeletedFile));
  EXPECT_TRUE(m.Met(Row::kCleanedFile));
  EXPECT_TRUE(m.Met(Row::kOrphanIndex));
  EXPECT_TRUE(m.Met(Row::kTemporaryFile));
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4 5-5 6-6");
  const auto names = m.disk().Names("t-0");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) {
    const bool known = name.ends_with(".log") || name.ends_with("index") ||
                       name.ends_with(".snapshot") || name == kEpochsName;
    EXPECT_TRUE(known) << name;
  }
}

TEST(RecoveryFiles, ASwapTakesThePlaceOfItsSources) {
  Damaged m(7);
  Buffer both = m.Content(0, FileKind::kLog);
  Append(both, m.Content(3, FileKind::kLog));
  m.Put(0, FileKind::kLog, both, FileState::kSwap);
  m.arguments.recovery_point = 7;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kSwapFile));
  EXPECT_EQ(m.log->segment_count(), 2u);
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4 5-5 6-6");
  EXPECT_FALSE(m.disk().Exists(m.Path(3, FileKind::kLog)));
}

// Of the removals and renames of an exchange a power loss keeps some.
TEST(RecoveryFiles, ASwapNeverMeetsTheIndexesOfItsSources) {
  for (uint64_t n = 8; n <= 10; ++n) {
    for (uint64_t seed = 1; seed <= 200; ++seed) {
      Damaged m(7, seed);
      Buffer both = m.Content(0, FileKind::kLog);
      Append(both, m.Content(3, FileKind::kLog));
      m.Put(0, FileKind::kLog, both, FileState::kSwap);
      m.arguments.recovery_point = 7;
      m.disk().CrashAtOperation(n, io::SimCrash::kPower);
      EXPECT_FALSE(m.TryOpen().ok());
      m.Leave(io::SimCrash::kPower);
      m.arguments.stop = Stop::kMachine;
      m.Open();
      EXPECT_EQ(m.Find(1005, 7), "1005@5") << "operation " << n << " seed " << seed;
    }
  }
}

TEST(RecoveryFiles, ASwapBesideUnfinishedOutputIsDropped) {
  Damaged m(7);
  m.Put(0, FileKind::kLog, AsBytes("x"), FileState::kSwap);
  m.Put(0, FileKind::kTimeIndex, AsBytes("x"), FileState::kCleaned);
  m.Open();
  EXPECT_TRUE(m.Met(Row::kCleanedFile));
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4 5-5 6-6");
}

TEST(RecoveryFiles, EpochsBeyondEndKeepTheirNumber) {
  Damaged m(5);
  ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint", AsBytes("0\n3\n0 0\n2 7\n4 9\n")).ok());
  m.Open();
  EXPECT_TRUE(m.Met(Row::kEpochsBeyondEnd));
  EXPECT_EQ(m.log->leader_epoch(), 4);
  EXPECT_EQ(m.log->epochs().entries(), (std::vector<EpochStart>{{0, 0}, {4, 5}}));
}

TEST(RecoveryFiles, AnEpochWithoutBatchesIsKept) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
  ASSERT_TRUE(m.Run(m.log->BeginEpoch(6)).ok());
  m.Reopen(Stop::kProcess);
  EXPECT_FALSE(m.Met(Row::kEpochsBeyondEnd));
  EXPECT_EQ(m.log->leader_epoch(), 6);
}

TEST(RecoveryFiles, EpochsUnreadableAreMadeAgainFromAllBatches) {
  LogMachine m({.segment_bytes = 300});
  m.Open();
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(m.Run(m.log->BeginEpoch(i / 2)).ok());
    ASSERT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
  }
  const auto entries = m.log->epochs().entries();
  ASSERT_TRUE(m.Close().ok());
  m.Leave();
  ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint", AsBytes("0\n1\nx\n")).ok());
  m.arguments.stop = Stop::kClean;
  m.arguments.recovery_point = 7;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kEpochsUnreadable));
  EXPECT_EQ(m.log->epochs().entries(), entries);
}

// A crash in the middle of making an index again must not leave half of one to be trusted.
TEST(RecoveryFiles, AnIndexMadeAgainIsWholeOrAbsent) {
  for (uint64_t n = 1; n <= 30; ++n) {
    Damaged m(7);
    m.Put(0, FileKind::kTimeIndex, Bytes());
    m.arguments.recovery_point = 7;
    m.disk().CrashAtOperation(n, io::SimCrash::kProcess);
    const bool opened = m.TryOpen().ok();
    m.Leave();
    m.Open();
    EXPECT_EQ(m.Find(1002, 7), "1002@2") << n;
    if (opened) break;
  }
}

}  // namespace
}  // namespace varve::log::test
