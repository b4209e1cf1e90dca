#include <gtest/gtest.h>

#include "engine/record/stamp.h"
#include "tests/engine/log/damaged.h"

namespace varve::log::test {
namespace {

TEST(Recovery, SoundEnd) {
  Damaged m(4);
  m.Open();
  EXPECT_TRUE(m.Met(Row::kSoundEnd));
  EXPECT_FALSE(m.LostTail());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
}

TEST(Recovery, CleanEndReadsNothing) {
  Damaged m(4);
  m.Open();
  m.Reopen(Stop::kClean);
  EXPECT_TRUE(m.Met(Row::kCleanEnd));
  EXPECT_EQ(m.log->open_report().scanned_bytes, 0u);
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
  EXPECT_EQ(m.log->offsets().durable, 4);
}

TEST(Recovery, CleanTail) {
  for (const bool zeros : {false, true}) {
    Damaged m(4);
    m.Open();
    ASSERT_TRUE(m.Close().ok());
    m.Leave();
    Buffer content = m.Content(3, FileKind::kLog);
    content.resize(zeros ? kBytes + 37 : kBytes);
    if (!zeros) Append(content, Bytes(BatchOfSize(kBytes)).first(50));
    m.Put(3, FileKind::kLog, content);
    m.arguments.stop = Stop::kClean;
    m.arguments.recovery_point = 4;
    m.Open();
    EXPECT_TRUE(m.Met(Row::kCleanTail));
    EXPECT_TRUE(m.LostTail());
    EXPECT_EQ(m.Content(3, FileKind::kLog).size(), kBytes);
    EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
  }
}

TEST(Recovery, TornAppend) {
  for (const uint64_t size : {uint64_t{8}, uint64_t{16}, uint64_t{17}, uint64_t{60}, kBytes - 1}) {
    Damaged m(5);
    m.Cut(3, kBytes + size);
    m.Open();
    EXPECT_TRUE(m.Met(Row::kTornAppend)) << size;
    EXPECT_FALSE(m.LostTail());
    EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
    EXPECT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
    EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4");
  }
}

TEST(Recovery, ZeroTail) {
  for (const Stop stop : {Stop::kProcess, Stop::kMachine}) {
    Damaged m(4);
    m.Cut(3, kBytes + 5000);
    m.arguments.stop = stop;
    m.Open();
    EXPECT_TRUE(m.Met(Row::kZeroTail));
    EXPECT_EQ(m.LostTail(), stop == Stop::kMachine);
    EXPECT_EQ(m.Content(3, FileKind::kLog).size(), kBytes);
    EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
  }
}

TEST(Recovery, ZerosInThePlaceOfDurableBatchesAreDamage) {
  Damaged m(5);
  m.Cut(3, kBytes);
  m.Cut(3, 2 * kBytes);
  m.arguments.recovery_point = 5;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kDamagedEnd));
  EXPECT_EQ(m.log->offsets().end, 5);
  EXPECT_EQ(m.Read(4, 1000, 5), "DATA_LOSS");
}

TEST(Recovery, LostTailAndWhatLiesBehind) {
  Damaged m(8);
  m.Flip(3, kBytes + 70);
  m.arguments.stop = Stop::kMachine;
  m.arguments.recovery_point = 3;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kLostTail));
  EXPECT_TRUE(m.Met(Row::kAfterLostTail));
  EXPECT_TRUE(m.LostTail());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
  EXPECT_EQ(m.log->segment_count(), 2u);
  EXPECT_FALSE(m.disk().Exists(m.Path(6, FileKind::kLog)));
}

// The size of a file is metadata: a power loss may take whole batches off its end.
TEST(Recovery, ASegmentThatLostWholeBatchesEndsTheLog) {
  Damaged m(7);
  m.Cut(3, 2 * kBytes);
  m.arguments.stop = Stop::kMachine;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kLostTail));
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3 4-4");
}

TEST(Recovery, AMissingSegmentEndsTheLog) {
  Damaged m(9);
  m.Remove(m.Path(3, FileKind::kLog));
  m.arguments.stop = Stop::kMachine;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kOrphanIndex));
  EXPECT_TRUE(m.Met(Row::kAfterLostTail));
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2");
}

// Who empties a log to begin it anew further in front, stores that log start first.
TEST(Recovery, EpochsReachAsFarBackAsTheSegments) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Run(m.log->BeginEpoch(4)).ok());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100)).ok());
  m.arguments.log_start = 3;
  m.Reopen(Stop::kProcess);
  EXPECT_EQ(m.log->offsets().log_start, 3);
  m.arguments.log_start = 1;
  m.Reopen(Stop::kProcess);
  EXPECT_EQ(m.ReadAll(), "1-1 2-2 3-3");
  EXPECT_EQ(m.log->epochs().EpochAt(1), 4);
}

TEST(Recovery, DamagedStretch) {
  for (const Stop stop : {Stop::kProcess, Stop::kMachine}) {
    Damaged m(8);
    m.Flip(3, kBytes + 70);
    m.arguments.stop = stop;
    m.arguments.recovery_point = 5;
    m.Open();
    EXPECT_TRUE(m.Met(Row::kDamagedStretch));
    EXPECT_EQ(m.log->offsets().end, 8);
    EXPECT_EQ(m.Read(3, 1000, 8), "3-3");
    EXPECT_EQ(m.Read(4, 1000, 8), "DATA_LOSS");
    EXPECT_EQ(m.Read(5, 1000, 8), "5-5");
    EXPECT_EQ(m.Read(3, 1000, 5), "3-3");  // the limit lies in the stretch, or behind it
    EXPECT_EQ(m.Read(3, 1000, 4), "3-3");
    EXPECT_EQ(m.Read(6, 1000, 8), "6-6 7-7");
    EXPECT_EQ(m.Content(3, FileKind::kLog).size(), 3 * kBytes);
  }
}

TEST(Recovery, DamagedEnd) {
  Damaged m(5);
  m.Flip(3, kBytes + 70);
  m.Open();
  EXPECT_TRUE(m.Met(Row::kDamagedEnd));
  EXPECT_TRUE(m.LostTail());
  EXPECT_EQ(m.log->offsets().end, 5);
  EXPECT_EQ(m.Read(4, 1000, 5), "DATA_LOSS");
  const auto appended = m.Append(BatchOfSize(kBytes));
  ASSERT_TRUE(appended.ok());
  EXPECT_EQ(appended->base_offset, 5);
  EXPECT_EQ(m.Read(5, 1000, 6), "5-5");
  EXPECT_EQ(m.Content(3, FileKind::kLog).size(), 2 * kBytes);
}

TEST(Recovery, EndBelowRecoveryPoint) {
  Damaged m(4);
  m.arguments.recovery_point = 9;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kEndBelowRecoveryPoint));
  EXPECT_TRUE(m.LostTail());
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
}

TEST(Recovery, EndBelowLogStart) {
  Damaged m(4);
  m.arguments.log_start = 100;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kEndBelowLogStart));
  EXPECT_EQ(m.log->offsets().log_start, 100);
  EXPECT_EQ(m.log->offsets().end, 100);
  EXPECT_EQ(m.log->segment_count(), 1u);
  EXPECT_FALSE(m.disk().Exists(m.Path(0, FileKind::kLog)));
  EXPECT_EQ(m.Append(BatchOfSize(kBytes))->base_offset, 100);
}

TEST(Recovery, OffsetsFallBack) {
  Damaged m(5);
  Buffer content = m.Content(3, FileKind::kLog);
  content.resize(kBytes);
  const Buffer again = content;  // the base offset is outside the checksum: a sound batch
  Append(content, again);
  m.Put(3, FileKind::kLog, content);
  m.arguments.stop = Stop::kMachine;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kOffsetsFallBack));
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
}

// All of a batch reached the disk but the last byte of its leader epoch.
TEST(Recovery, ATornEpochIsUnsound) {
  Damaged m(0);
  m.Open();
  EXPECT_TRUE(m.Run(m.log->BeginEpoch(1)).ok());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
  m.Leave();
  m.disk().SyncAll();
  Buffer content = m.Content(0, FileKind::kLog);
  content.resize(2 * kBytes);
  record::StampLeaderEpoch(MutableBytes(content).subspan(kBytes), 0);
  m.Put(0, FileKind::kLog, content);
  m.arguments.stop = Stop::kMachine;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kEpochsFallBack));
  EXPECT_TRUE(m.LostTail());
  EXPECT_EQ(m.ReadAll(), "0-0");
}

TEST(Recovery, AnOffsetTooFarFromTheBaseIsUnsound) {
  Damaged m(1);
  Buffer content = m.Content(0, FileKind::kLog);
  Buffer far = BatchOfSize(kBytes);
  record::StampBaseOffset(far, int64_t{1} << 31);
  Append(content, far);
  m.Put(0, FileKind::kLog, content);
  m.arguments.stop = Stop::kMachine;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kOffsetsFallBack));
  EXPECT_EQ(m.ReadAll(), "0-0");
}

// Every bit of the last segment, flipped: what is served was written.
TEST(Recovery, AFlippedBitIsNeverServed) {
  for (const Stop stop : {Stop::kProcess, Stop::kMachine}) {
    for (uint64_t position = 0; position < 3 * kBytes; position += 7) {
      Damaged m(6);
      m.Flip(3, position);
      m.arguments.stop = stop;
      m.Open();
      const bool outside_checksum = position % kBytes < 17 && position % kBytes != 8;
      for (int64_t offset = 3; offset < std::min<int64_t>(6, m.log->offsets().end); ++offset) {
        const std::string read = m.Read(offset, kBytes, m.log->offsets().end);
        const std::string whole = std::to_string(offset).append("-").append(std::to_string(offset));
        EXPECT_TRUE(read == whole || read == "DATA_LOSS" || outside_checksum)
            << read << " at offset " << offset << ", bit at " << position;
      }
    }
  }
}

}  // namespace
}  // namespace varve::log::test
