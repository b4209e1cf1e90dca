#include "engine/log/producer_state.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/engine/log/producer_batches.h"

namespace varve::log {
namespace {

using enum ProducerFault;
using test::ProducerSteps;

constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

TEST(ProducerState, SequencesFollowEachOther) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Data(1, 0, 0, 3)));
  EXPECT_TRUE(p.Write(p.Data(1, 0, 3)));
  EXPECT_EQ(p.Fault(p.Data(1, 0, 5)), kOutOfOrderSequence);  // a gap
  EXPECT_EQ(p.Fault(p.Data(1, 0, 2)), kOutOfOrderSequence);  // an overlap
  EXPECT_TRUE(p.Write(p.Data(1, 0, 4)));
}

TEST(ProducerState, AnUnknownProducerStartsAnywhere) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Data(1, 7, 12345)));
  EXPECT_EQ(p.Fault(p.Data(1, 7, 1)), kOutOfOrderSequence);
}

TEST(ProducerState, ANewEpochStartsAtZero) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Data(1, 3, 0)));
  EXPECT_EQ(p.Fault(p.Data(1, 4, 1)), kOutOfOrderSequence);
  EXPECT_EQ(p.Fault(p.Data(1, 2, 1)), kInvalidEpoch);
  EXPECT_TRUE(p.Write(p.Data(1, 4, 0)));
  EXPECT_EQ(p.Fault(p.Data(1, 3, 1)), kInvalidEpoch);
}

TEST(ProducerState, RepeatsAreRecognised) {
  ProducerSteps p;
  for (int32_t i = 0; i < 6; ++i) {
    p.now_ms = 1000 + i;
    EXPECT_TRUE(p.Write(p.Data(1, 0, 2 * i, 2)));
  }
  for (int32_t i = 1; i < 6; ++i) {
    const auto repeat = p.Check(p.Data(1, 0, 2 * i, 2)).duplicate;
    ASSERT_TRUE(repeat) << i;
    EXPECT_EQ(repeat->first_offset(), 2 * i);
    EXPECT_EQ(repeat->last_offset, 2 * i + 1);
    EXPECT_EQ(repeat->timestamp, 1000 + i);
  }
  EXPECT_EQ(p.Fault(p.Data(1, 0, 0, 2)), kOutOfOrderSequence);   // older than the window
  EXPECT_EQ(p.Fault(p.Data(1, 0, 10, 1)), kOutOfOrderSequence);  // a part is no repeat
  EXPECT_EQ(p.Fault(p.Data(1, 1, 10, 2)), kOutOfOrderSequence);  // nor is another epoch
}

// A replay meets what was written before the log forgot the producer, and what it wrote as a new
// one.
TEST(ProducerState, WhatDoesNotFollowBeginsAnew) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Data(1, 0, 0)));
  p.Apply(p.Data(1, 0, kMax));
  EXPECT_FALSE(p.Check(p.Data(1, 0, 0)).duplicate);
  EXPECT_TRUE(p.Write(p.Data(1, 0, 0)));
}

TEST(ProducerState, SequencesWrap) {
  ProducerSteps p;
  p.next = 1990;
  EXPECT_TRUE(p.Write(p.Data(1, 0, kMax - 20, 10)));  // up to kMax - 11
  const ProducerBatch across = p.Data(1, 0, kMax - 10, 21);
  EXPECT_EQ(across.last_sequence, 9);
  EXPECT_TRUE(p.Write(across));
  const auto repeat = p.Check(across).duplicate;
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->first_sequence(), kMax - 10);
  EXPECT_EQ(repeat->first_offset(), 2000);
  EXPECT_EQ(repeat->last_offset, 2020);
  EXPECT_EQ(p.Fault(p.Data(1, 0, 0)), kOutOfOrderSequence);
  EXPECT_TRUE(p.Write(p.Data(1, 0, 10)));
}

TEST(ProducerState, ZeroFollowsTheLargestSequence) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Data(1, 0, kMax)));
  EXPECT_EQ(p.Fault(p.Data(1, 0, 1)), kOutOfOrderSequence);
  EXPECT_TRUE(p.Write(p.Data(1, 0, 0)));
}

TEST(ProducerState, AGroupIsCheckedInItsOrderAndLeavesNothing) {
  ProducerSteps p;
  ProducerState::Group group;
  const ProducerBatch first = p.Data(1, 0, 0, 2);
  ProducerBatch second = p.Data(1, 0, 2, 2);
  second.first_offset += 2;
  second.last_offset += 2;
  EXPECT_TRUE(group.Check(p.state, first, Origin::kClient, 10).ok());
  EXPECT_TRUE(group.Check(p.state, second, Origin::kClient, 10).ok());
  const auto repeat = group.Check(p.state, first, Origin::kClient, 10).duplicate;
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->last_offset, 1);
  group.Clear();  // the write failed
  EXPECT_TRUE(p.state.empty());
  EXPECT_TRUE(group.Check(p.state, first, Origin::kClient, 10).ok());
}

TEST(ProducerState, CoordinatorsWriteWithoutSequences) {
  ProducerSteps p;
  p.Apply(p.Data(1, 2, 0));
  const ProducerBatch batch = p.Data(1, 2, record::kNoSequence);
  EXPECT_EQ(p.Fault(batch), kOutOfOrderSequence);
  EXPECT_EQ(p.Fault(batch, Origin::kCoordinator), std::nullopt);
  EXPECT_EQ(p.Fault(p.Data(1, 1, 0), Origin::kCoordinator), kInvalidEpoch);
}

TEST(ProducerState, MarkersEndTransactions) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Txn(1, 0, 0)));
  EXPECT_EQ(p.Fault(p.Data(1, 0, 1)), kInvalidTxnState);
  EXPECT_TRUE(p.Write(p.Txn(1, 0, 1)));
  const auto done = p.Apply(p.Marker(1, 0, false));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->aborted);
  EXPECT_EQ(done->transaction, (AbortedTransaction{1, 0}));
  EXPECT_EQ(done->last_offset, 2);
  EXPECT_EQ(done->last_stable_offset, 3);
  EXPECT_FALSE(p.Apply(p.Marker(1, 0, false)));  // of nothing
  EXPECT_TRUE(p.Write(p.Data(1, 0, 2)));         // sequences go on
}

TEST(ProducerState, OldMarkersAreFenced) {
  ProducerSteps p;
  p.Apply(p.Marker(1, 5, true, 10));
  EXPECT_EQ(p.Fault(p.Marker(1, 4, true, 10)), kInvalidEpoch);
  EXPECT_EQ(p.Fault(p.Marker(1, 5, true, 9)), kCoordinatorFenced);
  EXPECT_EQ(p.Fault(p.Marker(1, 5, true, 10)), std::nullopt);
  // Only a marker was seen in this epoch.
  EXPECT_EQ(p.Fault(p.Txn(1, 5, 1)), kOutOfOrderSequence);
  EXPECT_EQ(p.Fault(p.Txn(1, 5, 0)), std::nullopt);
}

TEST(ProducerState, AMarkerThatRaisesTheEpochResetsSequences) {
  ProducerSteps p;
  EXPECT_TRUE(p.Write(p.Txn(1, 0, 0)));
  EXPECT_TRUE(p.Write(p.Marker(1, 1, false)));
  EXPECT_EQ(p.Fault(p.Txn(1, 0, 1)), kInvalidEpoch);
  EXPECT_EQ(p.Fault(p.Txn(1, 1, 17)), kOutOfOrderSequence);
  EXPECT_TRUE(p.Write(p.Txn(1, 1, 0)));
}

TEST(ProducerState, TheFirstUnstableOffsetWaitsForReplication) {
  ProducerSteps p;
  EXPECT_EQ(p.state.first_unstable(), std::nullopt);
  p.Apply(p.Txn(1, 0, 0));        // 0
  p.Apply(p.Txn(2, 0, 0));        // 1
  p.Apply(p.Marker(2, 0, true));  // 2
  p.Apply(p.Txn(3, 0, 0));        // 3
  EXPECT_EQ(p.state.first_unstable(), 0);
  p.Apply(p.Marker(1, 0, true));  // 4
  EXPECT_EQ(p.state.first_unstable(), 0);
  p.state.OnHighWatermark(4);  // the second is replicated, the first is not
  EXPECT_EQ(p.state.first_unstable(), 0);
  p.state.OnHighWatermark(5);
  EXPECT_EQ(p.state.first_unstable(), 3);
  p.Apply(p.Marker(3, 0, false));  // 5
  p.state.OnHighWatermark(6);
  EXPECT_EQ(p.state.first_unstable(), std::nullopt);
}

// Kafka's example: (1, 0, 29, 8) and (2, 8, 74, 36).
TEST(ProducerState, AbortsNameTheLastStableOffset) {
  ProducerSteps p;
  p.Apply(p.Txn(1, 0, 0, 8));  // 0 to 7
  p.Apply(p.Txn(2, 0, 0, 21));
  EXPECT_EQ(p.next, 29);
  const auto first = p.Apply(p.Marker(1, 0, false));
  p.next = 36;
  p.Apply(p.Txn(3, 0, 0, 38));
  EXPECT_EQ(p.next, 74);
  const auto second = p.Apply(p.Marker(2, 0, false));
  EXPECT_EQ(first->last_stable_offset, 8);
  EXPECT_EQ(second->transaction.first_offset, 8);
  EXPECT_EQ(second->last_offset, 74);
  EXPECT_EQ(second->last_stable_offset, 36);
}

TEST(ProducerState, ExpiresByTheTimeOfRecords) {
  ProducerSteps p;
  p.Apply(p.Data(1, 0, 0));
  p.Apply(p.Txn(2, 0, 0));
  p.now_ms = 1500;
  p.Apply(p.Data(3, 0, 0));
  p.state.Expire(1999, 1000);
  EXPECT_EQ(p.state.producers().size(), 3u);
  p.state.Expire(2000, 1000);
  EXPECT_EQ(p.state.Find(1), nullptr);
  EXPECT_NE(p.state.Find(2), nullptr);  // its transaction is open
  EXPECT_NE(p.state.Find(3), nullptr);
}

TEST(ProducerState, ForgetsThoseThatWroteLongestAgo) {
  ProducerSteps p;
  p.Apply(p.Txn(100, 0, 0));
  for (int i = 0; i < 16; ++i) p.Apply(p.Data(i, 0, 0));
  p.state.Shrink(17);
  EXPECT_EQ(p.state.producers().size(), 17u);
  p.state.Shrink(16);
  EXPECT_EQ(p.state.producers().size(), 14u);
  EXPECT_EQ(p.state.Find(2), nullptr);
  EXPECT_NE(p.state.Find(3), nullptr);
  EXPECT_NE(p.state.Find(100), nullptr);
}

TEST(ProducerState, RefusesMoreWhenAllAreInTransactions) {
  ProducerSteps p;
  p.producers_max = 2;
  EXPECT_TRUE(p.Write(p.Txn(1, 0, 0)));
  EXPECT_TRUE(p.Write(p.Txn(2, 0, 0)));
  EXPECT_EQ(p.Fault(p.Data(3, 0, 0)), kTooManyProducers);
  EXPECT_TRUE(p.Write(p.Txn(1, 0, 1)));  // whoever is known goes on
  EXPECT_TRUE(p.Write(p.Marker(2, 0, true)));
  EXPECT_TRUE(p.Write(p.Data(3, 0, 0)));
}

TEST(ProducerState, ComesBackFromASnapshot) {
  ProducerSteps p;
  p.Apply(p.Data(1, 2, 0, 2));
  p.Apply(p.Data(1, 2, 2, 2));
  p.Apply(p.Txn(2, 0, 5));
  p.Apply(p.Marker(3, 4, true, 6));
  const auto entries = p.state.Snapshot();
  p.state = ProducerState::Restore(entries, p.now_ms, kForever);
  EXPECT_EQ(FormatProducerSnapshot(p.state.Snapshot()), FormatProducerSnapshot(entries));
  EXPECT_EQ(p.state.first_unstable(), 4);
  EXPECT_TRUE(p.Check(p.Data(1, 2, 2, 2)).duplicate);
  EXPECT_EQ(p.Fault(p.Data(1, 2, 0, 2)), kOutOfOrderSequence);  // one batch is kept
  EXPECT_TRUE(p.Write(p.Data(1, 2, 4)));
  EXPECT_EQ(p.Fault(p.Marker(3, 4, true, 5)), kCoordinatorFenced);
  EXPECT_EQ(p.Fault(p.Txn(3, 4, 1)), kOutOfOrderSequence);
  EXPECT_TRUE(p.Write(p.Txn(3, 4, 0)));
}

TEST(ProducerState, WhatHasExpiredDoesNotComeBack) {
  ProducerSteps p;
  p.Apply(p.Data(1, 0, 0));
  p.Apply(p.Txn(2, 0, 0));
  const auto state = ProducerState::Restore(p.state.Snapshot(), 5000, 1000);
  EXPECT_EQ(state.Find(1), nullptr);
  EXPECT_NE(state.Find(2), nullptr);
}

TEST(ProducerFault, TravelsInAStatus) {
  for (int i = 0; i < kProducerFaultCount; ++i) {
    const auto fault = static_cast<ProducerFault>(i);
    EXPECT_EQ(ProducerFaultOf(RefuseProducer(fault, "why")), fault);
  }
  EXPECT_EQ(ProducerFaultOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(ProducerFaultOf(absl::FailedPreconditionError("other")), std::nullopt);
}

}  // namespace
}  // namespace varve::log
