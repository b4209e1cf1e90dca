#include <gtest/gtest.h>

#include "tests/engine/log/producing.h"

namespace varve::log::test {
namespace {

TEST(LogProducers, ARepeatGetsTheOldOffsetsAndIsNotWritten) {
  Producing m;
  const FromProducer first = m.Next(1, 3);
  m.Write(first);
  m.Send(1);
  const auto again = m.Append(ProducedBatch(first));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->base_offset, 0);
  EXPECT_EQ(again->last_offset, 2);
  EXPECT_EQ(again->log_append_time_ms, record::kNoTimestamp);
  EXPECT_EQ(m.ReadAll(), "0-2 3-3");
}

TEST(LogProducers, ARepeatGetsTheOldAppendTime) {
  Producing m({.log_append_time = true});
  const auto first = m.Append(ProducedBatch(m.Next(1)));
  m.world.RunFor(std::chrono::seconds(1));
  const auto again = m.Append(ProducedBatch(m.Next(1)));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_GT(first->log_append_time_ms, 0);
  EXPECT_EQ(again->log_append_time_ms, first->log_append_time_ms);
}

TEST(LogProducers, RefusalsWriteNothing) {
  Producing m;
  m.Send(1);
  m.Begin(2);
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 1, .sequence = 2})), "out of order");
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 2, .sequence = 1})), "bad transaction");
  m.Write({.id = 3, .epoch = 7});
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 3, .epoch = 6})), "old epoch");
  EXPECT_EQ(m.Try(m.Marker(2, true, 5)), "3");
  EXPECT_EQ(m.Try(m.Marker(2, true, 4)), "fenced");
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2 3-3");
}

TEST(LogProducers, BatchesOfOneTurnAreJudgedInTheirOrder) {
  Producing m;
  const auto batch = [](int32_t sequence) {
    return ProducedBatch(FromProducer{.id = 1, .sequence = sequence});
  };
  const auto results =
      m.AppendTogether({batch(0), batch(1), batch(3), batch(0), MakeBatch({1, 2}), batch(2)});
  std::string text;
  for (const auto& result : results) text += Producing::Show(result) + ", ";
  EXPECT_EQ(text, "0, 1, out of order, 0, 2, 4, ");
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-3 4-4");
}

TEST(LogProducers, AGroupOfRepeatsAloneWritesNothing) {
  Producing m({.segment_bytes = 200});
  m.Send(1);
  const FromProducer last = m.Next(1);
  m.Write(last);
  const auto results =
      m.AppendTogether({ProducedBatch(last), ProducedBatch(last), ProducedBatch(m.Next(1))});
  EXPECT_EQ(Producing::Show(results[0]), "1");
  EXPECT_EQ(Producing::Show(results[1]), "1");
  EXPECT_EQ(Producing::Show(results[2]), "2");
  EXPECT_EQ(m.ReadAll(), "0-0 1-1 2-2");
}

TEST(LogProducers, ARepeatWaitsUntilTheFirstIsDurable) {
  Producing m({.flush_messages = 1});
  const FromProducer one = m.Next(1);
  const auto results = m.AppendTogether({ProducedBatch(one), ProducedBatch(one)});
  EXPECT_EQ(Producing::Show(results[1]), "0");
  m.Reopen(Stop::kMachine);
  EXPECT_EQ(m.ReadAll(), "0-0");
  EXPECT_EQ(m.Try(ProducedBatch(one)), "0");
}

TEST(LogProducers, AFailedWriteLeavesNoTrace) {
  Producing m;
  m.Send(1);
  const std::string before = m.State();
  m.disk().set_free_bytes(50);
  const auto results = m.AppendTogether({ProducedBatch(m.Next(1)), ProducedBatch(m.Next(1))});
  for (const auto& result : results) EXPECT_FALSE(result.ok());
  EXPECT_EQ(m.State(), before);
  EXPECT_EQ(m.log->offsets().end, 1);
}

TEST(LogProducers, TheLastStableOffsetWaitsForTransactions) {
  Producing m;
  m.Send(1);
  m.Replicate();
  EXPECT_EQ(m.Stable(), 1);
  m.Begin(2);  // 1
  m.Begin(3);  // 2
  m.Send(1);
  m.Replicate();
  EXPECT_EQ(m.Stable(), 1);
  m.End(2, true);            // 4
  EXPECT_EQ(m.Stable(), 1);  // not replicated yet
  m.Replicate();
  EXPECT_EQ(m.Stable(), 2);
  m.End(3, false);  // 5
  m.Replicate();
  EXPECT_EQ(m.Stable(), 6);
  EXPECT_EQ(m.Aborted(0, 6), "3@2");
}

TEST(LogProducers, AbortedTransactionsAreFoundAcrossSegments) {
  Producing m({.segment_bytes = 200});
  m.Begin(1);       // 0
  m.Send(9);        // 1
  m.Send(9);        // 2
  m.Send(9);        // 3
  m.End(1, false);  // 4
  m.Begin(2);       // 5
  m.End(2, true);   // 6
  m.Begin(3);       // 7
  m.End(3, false);  // 8
  EXPECT_GT(m.log->segment_count(), 3u);
  for (const Stop stop : {Stop::kClean, Stop::kProcess, Stop::kClean}) {
    EXPECT_EQ(m.Aborted(0, 1), "1@0");
    EXPECT_EQ(m.Aborted(2, 3), "1@0");
    EXPECT_EQ(m.Aborted(5, 7), "");
    EXPECT_EQ(m.Aborted(0, 9), "1@0 3@7");
    EXPECT_EQ(m.Aborted(8, 9), "3@7");
    m.Reopen(stop);
  }
}

TEST(LogProducers, WhatAReadMeetsIsBoundedByItsEnd) {
  Producing m({.index_interval_bytes = 1});
  for (int64_t id = 1; id <= 20; ++id) {
    m.Begin(id);
    m.End(id, false);
  }
  m.Replicate();
  const auto read = m.Run(m.log->Read(4, 1, 40, true));
  ASSERT_TRUE(read.ok());
  const auto aborted = m.Run(m.log->AbortedIn(*read));
  ASSERT_TRUE(aborted.ok());
  ASSERT_FALSE(aborted->empty());
  EXPECT_EQ(aborted->front(), (AbortedTransaction{3, 4}));
  EXPECT_LE(aborted->size(), 2u);
}

TEST(LogProducers, TheFileNamesAbortedTransactions) {
  Producing m;
  m.Begin(1, 8);
  m.Begin(2, 21);
  m.End(1, false);  // 29
  m.Begin(3);
  m.End(2, false);  // 31
  ASSERT_TRUE(m.Close().ok());
  const auto entries = m.TxnFile(0);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].last_offset, 29);
  EXPECT_EQ(entries[0].last_stable_offset, 8);
  EXPECT_EQ(entries[1].first_offset, 8);
  EXPECT_EQ(entries[1].last_stable_offset, 30);
}

TEST(LogProducers, WithoutThemNothingIsKept) {
  Producing m;
  EXPECT_TRUE(m.Append(MakeBatch({1, 2})).ok());
  m.Reopen(Stop::kClean);
  EXPECT_EQ(m.Snapshots(), "");
  EXPECT_FALSE(m.disk().Exists(m.Path(0, FileKind::kTransactionIndex)));
}

TEST(LogProducers, TheyAreForgottenAfterAWhile) {
  Producing m({.producer_id_expiration_ms = 60'000});
  m.Send(1);
  m.Begin(2);
  m.world.RunFor(std::chrono::minutes(11));
  m.Send(3);
  EXPECT_EQ(m.log->producers().Find(1), nullptr);
  EXPECT_NE(m.log->producers().Find(2), nullptr);
  EXPECT_EQ(m.Try(ProducedBatch(FromProducer{.id = 1, .sequence = 77})), "3");
}

TEST(LogProducers, TheirNumberIsBounded) {
  Producing m({.producers_max = 100});
  for (int64_t id = 0; id < 1000; ++id) m.Send(id);
  EXPECT_LE(m.log->producers().producers().size(), 100u);
  m.Reopen(Stop::kProcess);
  EXPECT_LE(m.log->producers().producers().size(), 100u);
  EXPECT_NE(m.log->producers().Find(999), nullptr);
}

}  // namespace
}  // namespace varve::log::test
