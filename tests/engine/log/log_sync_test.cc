#include <gtest/gtest.h>

#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

class Watcher : public Log::Listener {
 public:
  void OnAdvance(Log& log) override {
    EXPECT_LE(durable, log.offsets().durable);
    EXPECT_LE(log.offsets().durable, log.offsets().end);
    durable = log.offsets().durable;
    end = log.offsets().end;
  }
  int64_t durable = 0;
  int64_t end = 0;
};

TEST(LogSync, NothingIsDurableUntilItIsAskedFor) {
  LogMachine m;
  m.Open();
  Watcher watcher;
  m.log->set_listener(&watcher);
  ASSERT_TRUE(m.Append(MakeBatch({1, 2})).ok());
  EXPECT_EQ(watcher.end, 2);
  EXPECT_EQ(m.log->offsets().durable, 0);
  ASSERT_TRUE(m.Flush().ok());
  EXPECT_EQ(m.log->offsets().durable, 2);
  EXPECT_EQ(watcher.durable, 2);
  EXPECT_EQ(Offsets(*m.disk().DurableContent(m.Path(0, FileKind::kLog))), "0-1");
}

TEST(LogSync, AFlushWithoutNewsDoesNotSync) {
  LogMachine m;
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  ASSERT_TRUE(m.Flush().ok());
  const uint64_t before = m.disk().operations();
  ASSERT_TRUE(m.Flush().ok());
  EXPECT_EQ(m.disk().operations(), before);
}

// A disk whose every call is done at once.
TEST(LogSync, SyncsThatEndAtOnceLeaveNobodyWaiting) {
  LogMachine m({.flush_messages = 1}, {.at_once_one_in = 1});
  m.Open();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
    ASSERT_TRUE(m.Flush().ok());
    EXPECT_EQ(m.log->offsets().durable, i + 1);
  }
}

TEST(LogSync, EachAppendIsDurableWithFlushMessagesOne) {
  LogMachine m({.flush_messages = 1});
  m.Open();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(m.Append(MakeBatch({1, 2})).ok());
    EXPECT_EQ(m.log->offsets().durable, 2 * (i + 1));
  }
}

TEST(LogSync, EveryNthRecordWaitsForTheDisk) {
  LogMachine m({.flush_messages = 3});
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  EXPECT_EQ(m.log->offsets().durable, 0);
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  EXPECT_EQ(m.log->offsets().durable, 3);
}

io::Task<void> AppendOne(Log& log, Buffer batch, size_t& acknowledged) {
  const auto appended = co_await log.Append(batch);
  EXPECT_TRUE(appended.ok());
  EXPECT_LT(appended->last_offset, log.offsets().durable);
  ++acknowledged;
}

io::Task<void> AppendFromMany(io::Loop& loop, Log& log, size_t count, size_t& acknowledged) {
  io::Gate gate(loop);
  for (size_t i = 0; i < count; ++i) {
    gate.Spawn(AppendOne(log, MakeBatch({1}), acknowledged));
    co_await io::Sleep(loop, std::chrono::milliseconds(1));
  }
  co_await gate.Close();
}

TEST(LogSync, AppendsThatOverlapShareSyncs) {
  using std::chrono::milliseconds;
  LogMachine m({.flush_messages = 1},
               {.sync_latency = {milliseconds(20), milliseconds(20)}, .at_once_one_in = 0});
  m.Open();
  const uint64_t before = m.disk().operations();
  size_t acknowledged = 0;
  m.Run(AppendFromMany(*m.loop, *m.log, 64, acknowledged));
  EXPECT_EQ(acknowledged, 64u);
  // As many appends as there were turns, but few syncs: each lasts as long as 20 appends.
  const uint64_t syncs_max = 8;
  EXPECT_LE(m.disk().operations() - before, 64 + syncs_max);
  const uint64_t together = m.disk().operations();
  std::vector<Buffer> batches(64, MakeBatch({1}));
  for (const auto& appended : m.AppendTogether(batches)) EXPECT_TRUE(appended.ok());
  EXPECT_EQ(m.disk().operations() - together, 2u);  // one append, one sync
}

// Everything was durable when the segment was closed; its indexes were not.
TEST(LogSync, ARecoveryPointVouchesForTheIndexesBelowIt) {
  LogMachine m({.segment_bytes = 200, .index_interval_bytes = 0, .flush_messages = 1});
  m.Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(m.Append(BatchOfSize(100, 10 + i)).ok());
  ASSERT_TRUE(m.Flush().ok());
  ASSERT_EQ(m.log->segment_count(), 3u);
  ASSERT_EQ(m.log->offsets().durable, 5);
  for (const int64_t base : {0, 2}) {
    for (const FileKind kind : {FileKind::kOffsetIndex, FileKind::kTimeIndex}) {
      const auto durable = m.disk().DurableContent(m.Path(base, kind));
      ASSERT_TRUE(durable.ok());
      EXPECT_EQ(Hex(*durable), Hex(m.Content(base, kind)));
      EXPECT_FALSE(durable->empty());
    }
  }
}

TEST(LogSync, EpochsBeginBetweenTwoWrites) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    LogMachine m(Config(), {.seed = seed});
    m.Open();
    ASSERT_TRUE(m.Run(m.log->BeginEpoch(0)).ok());
    // The first group is on its way when the epoch begins.
    std::vector<Buffer> batches(4, MakeBatch({1}));
    io::Gate gate(*m.loop);
    const auto begin = [](Log& log) -> io::Task<void> {
      EXPECT_TRUE((co_await log.BeginEpoch(1)).ok());
    };
    gate.Spawn([](io::Loop& loop, Log& log, auto to_begin) -> io::Task<void> {
      co_await io::Sleep(loop, std::chrono::microseconds(10));
      co_await to_begin(log);
    }(*m.loop, *m.log, begin));
    for (int i = 0; i < 4; ++i) {
      for (const auto& appended : m.AppendTogether(batches)) EXPECT_TRUE(appended.ok());
    }
    m.Run(gate.Close());
    const Buffer file = m.Content(0, FileKind::kLog);
    for (Bytes rest(file); !rest.empty();) {
      const record::BatchView batch(rest);
      EXPECT_EQ(batch.leader_epoch(), m.log->epochs().EpochAt(batch.base_offset()));
      rest = rest.subspan(batch.size_bytes());
    }
  }
}

}  // namespace
}  // namespace varve::log::test
