#include <gtest/gtest.h>

#include "tests/engine/log/crash_run.h"
#include "tests/engine/log/damaged.h"

namespace varve::log::test {
namespace {

// A state of the recovery table that no crash of ours leaves, and how to make it.
struct Scenario {
  Row row;
  void (*damage)(Damaged& m);
};

constexpr Scenario kScenarios[] = {
    {Row::kCleanEnd, [](Damaged& m) { m.arguments.stop = Stop::kClean; }},
    {Row::kCleanTail,
     [](Damaged& m) {
       m.arguments.stop = Stop::kClean;
       m.Cut(6, 37);
     }},
    {Row::kSoundEnd, [](Damaged&) {}},
    {Row::kTornAppend, [](Damaged& m) { m.Cut(6, 37); }},
    {Row::kZeroTail, [](Damaged& m) { m.Cut(6, kBytes + 1000); }},
    {Row::kLostTail,
     [](Damaged& m) {
       m.arguments.stop = Stop::kMachine;
       m.Flip(3, 70);
     }},
    {Row::kAfterLostTail,
     [](Damaged& m) {
       m.arguments.stop = Stop::kMachine;
       m.Flip(3, 70);
     }},
    {Row::kDamagedStretch, [](Damaged& m) { m.Flip(3, 70); }},
    {Row::kDamagedEnd, [](Damaged& m) { m.Flip(6, 70); }},
    {Row::kEndBelowRecoveryPoint, [](Damaged& m) { m.arguments.recovery_point = 50; }},
    {Row::kEndBelowLogStart, [](Damaged& m) { m.arguments.log_start = 50; }},
    {Row::kOffsetsFallBack, [](Damaged& m) { m.Put(6, FileKind::kLog, BatchOfSize(100)); }},
    {Row::kEpochsFallBack,
     [](Damaged& m) {
       ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint", AsBytes("0\n1\n9 3\n")).ok());
     }},
    {Row::kNoSegments,
     [](Damaged& m) {
       for (const int64_t base : {0, 3, 6}) m.Remove(m.Path(base, FileKind::kLog));
     }},
    {Row::kIndexMissing,
     [](Damaged& m) {
       m.arguments.recovery_point = 7;
       m.Remove(m.Path(0, FileKind::kOffsetIndex));
     }},
    {Row::kIndexUnfit,
     [](Damaged& m) {
       m.arguments.recovery_point = 7;
       m.Put(0, FileKind::kOffsetIndex, AsBytes("7 bytes"));
     }},
    {Row::kOrphanIndex, [](Damaged& m) { m.Put(99, FileKind::kTimeIndex, AsBytes("")); }},
    {Row::kDeletedFile,
     [](Damaged& m) { m.Put(0, FileKind::kLog, AsBytes(""), FileState::kDeleted); }},
    {Row::kCleanedFile,
     [](Damaged& m) { m.Put(0, FileKind::kLog, AsBytes(""), FileState::kCleaned); }},
    {Row::kSwapFile,
     [](Damaged& m) { m.Put(0, FileKind::kLog, m.Content(0, FileKind::kLog), FileState::kSwap); }},
    {Row::kTemporaryFile,
     [](Damaged& m) { ASSERT_TRUE(m.disk().Put("t-0/x.tmp", AsBytes("")).ok()); }},
    {Row::kEpochsBeyondEnd,
     [](Damaged& m) {
       ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint", AsBytes("0\n1\n5 50\n")).ok());
     }},
    {Row::kEpochsUnreadable,
     [](Damaged& m) {
       ASSERT_TRUE(m.disk().Put("t-0/leader-epoch-checkpoint", AsBytes("x")).ok());
     }},
    {Row::kSnapshotUnusable,
     [](Damaged& m) {
       m.arguments.stop = Stop::kClean;
       m.Put(7, FileKind::kSnapshot, AsBytes("x"));
     }},
    {Row::kSnapshotBeyondEnd, [](Damaged& m) { m.Put(50, FileKind::kSnapshot, AsBytes("x")); }},
    {Row::kProducersReplayed,
     [](Damaged& m) {
       m.arguments.stop = Stop::kClean;
       m.Remove(m.Path(7, FileKind::kSnapshot));
     }},
};

TEST(RecoveryRows, EachIsReachedAndTheLogGoesOn) {
  Rows rows;
  for (const Scenario& scenario : kScenarios) {
    SCOPED_TRACE(std::string(StateOf(scenario.row)));
    Damaged m(7);
    m.Open();
    ASSERT_TRUE(m.Close().ok());
    m.Leave();
    scenario.damage(m);
    m.Open();
    EXPECT_TRUE(m.Met(scenario.row));
    rows |= m.log->open_report().rows;
    EXPECT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
    const int64_t end = m.log->offsets().end;
    m.Reopen(Stop::kClean);
    EXPECT_EQ(m.log->offsets().end, end);
    EXPECT_TRUE(m.Append(BatchOfSize(kBytes)).ok());
  }
  EXPECT_TRUE(rows.all()) << rows;
}

// What crashes alone leave behind, without damage from outside.
TEST(RecoveryRows, CrashesReachAllThatAreTheirs) {
  Rows rows;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const CrashResult result = CrashEverywhere(seed, {.every = 7});
    ASSERT_EQ(result.violation, "");
    rows |= result.rows;
  }
  for (const Row row : {Row::kCleanEnd, Row::kSoundEnd, Row::kTornAppend, Row::kZeroTail,
                        Row::kLostTail, Row::kAfterLostTail, Row::kNoSegments, Row::kIndexMissing,
                        Row::kOrphanIndex, Row::kDeletedFile, Row::kCleanedFile, Row::kSwapFile,
                        Row::kTemporaryFile, Row::kEpochsBeyondEnd, Row::kProducersReplayed}) {
    EXPECT_TRUE(rows.test(static_cast<size_t>(row))) << StateOf(row);
  }
}

}  // namespace
}  // namespace varve::log::test
