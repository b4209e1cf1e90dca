#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/log/producing.h"

namespace varve::log::test {
namespace {

// Three producers, one of them in a transaction that is open across segments.
struct Busy : Producing {
  explicit Busy(int rounds = 4) : Producing({.segment_bytes = 300}) {
    Begin(7);
    for (int i = 0; i < rounds; ++i) {
      Send(1);
      Begin(2);
      End(2, i % 2 == 0);
    }
    state = State();
    aborted = Aborted(0, log->offsets().end);
  }
  void ExpectTheSame() {
    EXPECT_EQ(State(), state);
    EXPECT_EQ(Aborted(0, log->offsets().end), aborted);
    EXPECT_EQ(Stable(), 0);
  }
  std::string state;
  std::string aborted;
};

TEST(RecoveryProducers, ACleanStopNeedsNoReading) {
  Busy m;
  m.Reopen(Stop::kClean);
  m.ExpectTheSame();
  EXPECT_FALSE(m.Met(Row::kProducersReplayed));
  EXPECT_TRUE(m.Snapshots().ends_with("13")) << m.Snapshots();
}

TEST(RecoveryProducers, TheStateIsThatBeforeTheStop) {
  for (const Stop stop : {Stop::kProcess, Stop::kMachine}) {
    Busy m;
    EXPECT_TRUE(m.Flush().ok());
    m.Reopen(stop);
    m.ExpectTheSame();
    m.Reopen(stop);
    m.ExpectTheSame();
  }
}

// Without looking at segments below the recovery point.
TEST(RecoveryProducers, OnlyWhatLiesBehindTheSnapshotIsRead) {
  Busy m(40);
  EXPECT_TRUE(m.Flush().ok());
  m.arguments.recovery_point = m.log->offsets().durable;
  m.Leave();
  // Nobody notices, since nobody looks there.
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 16, 1).ok());
  m.arguments.stop = Stop::kProcess;
  m.Open();
  EXPECT_EQ(m.State(), m.state);
  EXPECT_TRUE(m.log->open_report().notes.empty());
}

TEST(RecoveryProducers, ADamagedSnapshotHasAnotherBehindIt) {
  Busy m(8);
  ASSERT_TRUE(m.Close().ok());
  const int64_t end = m.log->offsets().end;
  m.Leave();
  ASSERT_TRUE(m.disk().FlipBit(m.Path(end, FileKind::kSnapshot), 20, 1).ok());
  m.arguments.stop = Stop::kClean;
  m.arguments.recovery_point = end;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kSnapshotUnusable));
  EXPECT_TRUE(m.Met(Row::kProducersReplayed));
  EXPECT_FALSE(m.disk().Exists(m.Path(end, FileKind::kSnapshot)));
  m.ExpectTheSame();
}

TEST(RecoveryProducers, WithoutSoundSnapshotsAllIsRead) {
  Busy m(8);
  ASSERT_TRUE(m.Close().ok());
  const int64_t end = m.log->offsets().end;
  m.Leave();
  m.Spoil(".snapshot");
  m.arguments.stop = Stop::kClean;
  m.arguments.recovery_point = end;
  m.Open();
  EXPECT_EQ(m.State(), m.state);
  EXPECT_EQ(m.Snapshots(), "");
}

// Retention took the batches that told of producer 1, and where the transaction began.
TEST(RecoveryProducers, WhatRetentionTookIsStillKnownToARecoveryThatReadsAll) {
  for (const Stop stop : {Stop::kProcess, Stop::kMachine}) {
    Producing m({.segment_bytes = 300});
    m.Send(1, 3);
    m.Begin(3);
    while (m.log->segment_count() < 2) m.Send(2);
    m.End(3, false);
    while (m.log->segment_count() < 4) m.Send(2);
    m.Replicate();
    EXPECT_TRUE(m.Run(m.log->AdvanceLogStart(m.log->active_base() - 1)).ok());
    EXPECT_TRUE(m.Run(m.log->ApplyRetention(0)).ok());
    ASSERT_GT(m.log->first_segment_base(), 0);
    const int64_t first_base = m.log->first_segment_base();
    const std::string state = m.State();
    const std::string aborted = m.Aborted(first_base, m.log->offsets().end);
    EXPECT_TRUE(m.Flush().ok());
    for (int again = 0; again < 2; ++again) {
      m.arguments.recovery_point = 0;
      m.Reopen(stop);
      EXPECT_EQ(m.State(), state);
      EXPECT_EQ(m.Aborted(first_base, m.log->offsets().end), aborted);
    }
  }
}

TEST(RecoveryProducers, AnUnreadableSegmentIsNotOneWithoutProducers) {
  Busy m(8);
  ASSERT_TRUE(m.Close().ok());
  m.arguments.recovery_point = m.log->offsets().end;
  m.Leave();
  m.Spoil(".snapshot");
  m.arguments.stop = Stop::kClean;
  m.disk().Inject({.call = io::SimCall::kRead, .path = m.Path(0, FileKind::kLog)});
  EXPECT_TRUE(absl::IsDataLoss(m.TryOpen()));
  m.arguments.stop = Stop::kProcess;  // the marker is gone
  m.Open();
  EXPECT_EQ(m.State(), m.state);
}

TEST(RecoveryProducers, ASnapshotBehindTheEndGoes) {
  Busy m;
  ASSERT_TRUE(m.Close().ok());
  const int64_t end = m.log->offsets().end;
  m.Leave();
  const Buffer state = FormatProducerSnapshot({});
  ASSERT_TRUE(m.disk().Put(m.Path(end + 1, FileKind::kSnapshot), state).ok());
  m.arguments.stop = Stop::kProcess;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kSnapshotBeyondEnd));
  EXPECT_FALSE(m.disk().Exists(m.Path(end + 1, FileKind::kSnapshot)));
  m.ExpectTheSame();
}

TEST(RecoveryProducers, IndexesOfAbortedTransactionsAreMadeAgain) {
  Busy m(8);
  ASSERT_TRUE(m.Close().ok());
  m.Leave();
  m.Spoil(".txnindex");
  m.arguments.stop = Stop::kClean;
  m.arguments.recovery_point = m.log == nullptr ? 0 : m.log->offsets().end;
  m.Open();
  EXPECT_TRUE(m.Met(Row::kIndexUnfit));
  m.ExpectTheSame();
}

TEST(RecoveryProducers, ALostTailIsForgotten) {
  Producing m;
  m.Send(1);
  EXPECT_TRUE(m.Flush().ok());
  m.Send(1);
  m.Begin(2);
  m.Reopen(Stop::kMachine);
  ASSERT_EQ(m.log->offsets().end, 1);
  EXPECT_EQ(m.log->producers().Find(2), nullptr);
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 1, .sequence = 2})), "out of order");
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 1, .sequence = 1})), "1");
}

// One for each segment but the first, and the newest two.
TEST(RecoveryProducers, EachSegmentHasASnapshotAndNoMorePileUp) {
  Producing m({.segment_bytes = 300});
  while (m.log->segment_count() < 20) {
    m.Send(1);
    EXPECT_TRUE(m.Flush().ok());
  }
  std::string bases;
  for (const std::string& name : m.Names()) {
    const auto file = ParseFileName(name);
    if (!file || file->kind != FileKind::kLog || file->base_offset == 0) continue;
    bases += fmt::format("{}{}", bases.empty() ? "" : " ", file->base_offset);
  }
  EXPECT_EQ(m.Snapshots(), bases);
  for (int i = 0; i < 5; ++i) {
    m.Send(1);
    m.Reopen(Stop::kClean);
  }
  const std::string snapshots = m.Snapshots();
  EXPECT_TRUE(snapshots.starts_with(bases)) << snapshots;
  EXPECT_LE(std::count(snapshots.begin(), snapshots.end(), ' '),
            static_cast<ptrdiff_t>(m.log->segment_count()))
      << snapshots;
}

// A crash took them before they were stored, and the batches tell them again.
TEST(RecoveryProducers, ARecoveryMakesTheSnapshotsOfWhatItReads) {
  Busy m(8);
  EXPECT_TRUE(m.Flush().ok());
  const std::string before = m.Snapshots();
  for (const std::string& name : m.Names()) {
    if (!name.ends_with(".snapshot")) continue;
    EXPECT_TRUE(m.Run(m.loop->disk().Remove("t-0/" + name)).ok());
  }
  m.arguments.recovery_point = 0;
  m.Reopen(Stop::kProcess);
  EXPECT_EQ(m.Snapshots(), before);
  m.ExpectTheSame();
}

}  // namespace
}  // namespace varve::log::test
