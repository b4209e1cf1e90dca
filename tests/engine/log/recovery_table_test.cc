#include "engine/log/recovery_table.h"

#include <gtest/gtest.h>

#include <functional>

namespace varve::log {
namespace {

using Kind = Scanned::Kind;

// Calls `look` with every state that the end of a segment's batches can be in.
void ForAllFacts(const std::function<void(const EndFacts&, const EndDecision&)>& look) {
  for (const Stop stop : {Stop::kClean, Stop::kProcess, Stop::kMachine}) {
    for (const Kind kind :
         {Kind::kEnd, Kind::kCutShort, Kind::kZeros, Kind::kBadCrc, Kind::kBroken}) {
      for (int bits = 0; bits < 16; ++bits) {
        EndFacts facts{stop,           kind, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
                       (bits & 8) != 0};
        if (facts.last_segment && facts.offsets_missing) continue;
        if (facts.sound_batch_follows && !AsksForSoundBatch(facts)) continue;
        const EndDecision decision = DecideEnd(facts);
        SCOPED_TRACE(testing::Message()
                     << "stop " << static_cast<int>(stop) << " kind " << static_cast<int>(kind)
                     << " bits " << bits << ": " << StateOf(decision.row));
        look(facts, decision);
      }
    }
  }
}

TEST(RecoveryTable, SaysWhatAndWhyForEachRow) {
  for (const RowText& row : RecoveryTable()) {
    EXPECT_FALSE(row.state.empty());
    EXPECT_FALSE(row.action.empty());
    EXPECT_FALSE(row.reason.empty());
  }
}

TEST(RecoveryTable, NeverCutsOffSoundBatchesUnlessPowerWasLost) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    const bool cuts = decision.action == EndAction::kCut || decision.action == EndAction::kDrop;
    EXPECT_FALSE(cuts && facts.sound_batch_follows);
    EXPECT_TRUE(decision.action != EndAction::kDrop || facts.stop == Stop::kMachine);
  });
}

TEST(RecoveryTable, NeverCutsBelowTheRecoveryPoint) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    if (!facts.below_recovery_point || facts.stop == Stop::kClean) return;
    EXPECT_NE(decision.action, EndAction::kCut);
    EXPECT_NE(decision.action, EndAction::kDrop);
  });
}

TEST(RecoveryTable, KeepsNothingBehindAHoleAfterAMachineStop) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    if (facts.stop != Stop::kMachine || facts.below_recovery_point) return;
    if (facts.kind == Kind::kEnd && !facts.offsets_missing) return;
    EXPECT_EQ(decision.action, EndAction::kDrop);
    EXPECT_TRUE(decision.may_have_lost_tail);
  });
}

TEST(RecoveryTable, AnyMachineStopMayHaveTakenTheTail) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    if (facts.stop != Stop::kMachine || !facts.last_segment) return;
    EXPECT_TRUE(decision.row == Row::kDamagedStretch || decision.may_have_lost_tail);
  });
}

TEST(RecoveryTable, ATornAppendLosesNothing) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    if (decision.row != Row::kTornAppend) return;
    EXPECT_EQ(facts.stop, Stop::kProcess);
    EXPECT_EQ(facts.kind, Kind::kCutShort);
    EXPECT_TRUE(facts.last_segment);
    EXPECT_FALSE(decision.may_have_lost_tail);
  });
}

TEST(RecoveryTable, OnlyADamagedStretchLetsTheScanGoOn) {
  ForAllFacts([](const EndFacts& facts, const EndDecision& decision) {
    EXPECT_TRUE(!facts.sound_batch_follows || decision.row == Row::kDamagedStretch);
    if (decision.row == Row::kDamagedEnd) {
      EXPECT_TRUE(facts.last_segment);
      EXPECT_TRUE(decision.may_have_lost_tail);
    }
  });
}

TEST(RecoveryTable, ReachesEveryRowOfTheEnd) {
  Rows rows;
  ForAllFacts([&](const EndFacts&, const EndDecision& decision) {
    rows.set(static_cast<size_t>(decision.row));
  });
  for (const Row row : {Row::kCleanEnd, Row::kCleanTail, Row::kSoundEnd, Row::kTornAppend,
                        Row::kZeroTail, Row::kLostTail, Row::kDamagedStretch, Row::kDamagedEnd}) {
    EXPECT_TRUE(rows.test(static_cast<size_t>(row))) << StateOf(row);
  }
}

}  // namespace
}  // namespace varve::log
