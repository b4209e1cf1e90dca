#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "engine/record/builder.h"
#include "engine/record/stamp.h"
#include "tests/engine/log/index_check.h"
#include "tests/engine/log/producing.h"

namespace varve::log::test {
namespace {

using io::SimCall;
using io::SimFault;

// Twelve offsets in batches of one, two and three, several segments, two epochs, transactions.
struct Filled : Producing {
  explicit Filled(io::SimOptions options = {})
      : Producing({.segment_bytes = 300, .index_interval_bytes = 50}, options) {
    fixed_ms = loop->clock().WallMillis() / 10000 * 10000;
    EXPECT_TRUE(Run(log->BeginEpoch(1)).ok());
    Send(1, 2);  // 0 to 1
    Begin(2);    // 2
    Send(1, 3);  // 3 to 5
    EXPECT_TRUE(Run(log->BeginEpoch(2)).ok());
    End(2, false);  // 6
    Begin(3);       // 7
    Send(1, 2);     // 8 to 9
    End(3, false);  // 10
    Send(1);        // 11
    EXPECT_EQ(ReadAll(), kAll);
  }
  static constexpr const char* kAll = "0-1 2-2 3-5 6-6 7-7 8-9 10-10 11-11";

  // What a caller has to do first, and the call.
  absl::StatusOr<int64_t> Truncate(int64_t offset) {
    arguments.recovery_point =
        std::min({arguments.recovery_point, log->offsets().durable, std::max<int64_t>(offset, 0)});
    return Run(log->TruncateTo(offset));
  }
  int64_t EndOf(int64_t offset) {
    const auto end = Truncate(offset);
    EXPECT_TRUE(end.ok()) << end.status();
    return end.value_or(-1);
  }
  std::string Ends() const {
    const auto& ends = log->offsets();
    return fmt::format("{} {} {} {}", ends.log_start, ends.last_stable, ends.high_watermark,
                       ends.end);
  }
  std::string Epochs() const {
    std::string text;
    for (const EpochStart& epoch : log->epochs().entries()) {
      text += fmt::format("{}@{} ", epoch.epoch, epoch.start_offset);
    }
    return text;
  }
  std::string IndexFaults() {
    world.RunFor(std::chrono::minutes(2));  // until deleted files are gone
    return CheckIndexFiles(disk(), "t-0");
  }
  // All that can be seen of the log, but for how durable it is.
  std::string Seen() {
    return fmt::format("{} [{}] epochs {} producers {} aborted {}", Ends(), ReadAll(), Epochs(),
                       State(), Aborted(0, log->offsets().end));
  }
};

io::Task<absl::StatusOr<Appended>> Await(PendingAppend& append) { co_return co_await append; }

TEST(LogTruncate, AtTheStartOfABatch) {
  Filled m;
  m.Replicate();
  EXPECT_EQ(m.EndOf(8), 8);
  EXPECT_EQ(m.ReadAll(), "0-1 2-2 3-5 6-6 7-7");
  EXPECT_EQ(m.Ends(), "0 7 8 8");  // the second transaction is open again
  EXPECT_EQ(m.Epochs(), "1@0 2@6 ");
  EXPECT_EQ(m.Aborted(0, 8), "2@2");
  EXPECT_EQ(m.IndexFaults(), "");
}

TEST(LogTruncate, InTheMiddleOfABatchItGoesToo) {
  Filled m;
  EXPECT_EQ(m.EndOf(5), 3);
  EXPECT_EQ(m.ReadAll(), "0-1 2-2");
  EXPECT_EQ(m.Epochs(), "1@0 ");
  EXPECT_EQ(m.Aborted(0, 3), "");
}

TEST(LogTruncate, WhereAnEpochEnded) {
  Filled m;
  const auto end_of = [&](int32_t epoch) {
    return m.log->epochs().EndOffsetFor(epoch, m.log->offsets().end).end_offset;
  };
  EXPECT_EQ(m.EndOf(end_of(2)), 12);
  EXPECT_EQ(m.EndOf(end_of(1)), 6);
  EXPECT_EQ(m.ReadAll(), "0-1 2-2 3-5");
  EXPECT_EQ(m.Epochs(), "1@0 ");
  EXPECT_EQ(m.IndexFaults(), "");
}

TEST(LogTruncate, NothingIsThere) {
  Filled m;
  const std::string before = m.Seen();
  EXPECT_EQ(m.EndOf(12), 12);
  EXPECT_EQ(m.EndOf(1000), 12);
  EXPECT_EQ(m.Seen(), before);
}

TEST(LogTruncate, AnEmptyLogStaysAsItIs) {
  Filled m;
  EXPECT_EQ(m.EndOf(0), 0);
  EXPECT_TRUE(m.Run(m.log->BeginEpoch(5)).ok());
  EXPECT_EQ(m.EndOf(0), 0);
  EXPECT_EQ(m.Epochs(), "5@0 ");
}

TEST(LogTruncate, EverythingGoes) {
  for (const int64_t offset : {0, 1, -5}) {
    Filled m;
    EXPECT_EQ(m.EndOf(offset), 0);
    EXPECT_EQ(m.Ends(), "0 0 0 0");
    EXPECT_TRUE(m.log->producers().empty());
    EXPECT_EQ(m.log->segment_count(), 1u);
    EXPECT_TRUE(m.Append(MakeBatch({1})).ok());
    EXPECT_EQ(m.ReadAll(), "0-0");
  }
}

TEST(LogTruncate, AtEveryOffsetTheLogIsAsItWasThen) {
  for (int64_t offset = 0; offset <= 12; ++offset) {
    SCOPED_TRACE(offset);
    Filled m;
    const int64_t end = m.EndOf(offset);
    EXPECT_LE(end, offset);
    const std::string seen = m.Seen();
    EXPECT_TRUE(std::string(Filled::kAll).starts_with(m.ReadAll()));
    for (const Stop stop : {Stop::kClean, Stop::kProcess, Stop::kMachine}) {
      m.Reopen(stop);
      EXPECT_FALSE(m.Met(Row::kEndBelowRecoveryPoint));
      EXPECT_EQ(m.log->offsets().end, end);
      EXPECT_EQ(m.Aborted(0, end), m.Aborted(0, 100));
    }
    EXPECT_TRUE(m.Run(m.log->BeginEpoch(9)).ok());
    const auto appended = m.Append(MakeBatch({1, 2}));
    ASSERT_TRUE(appended.ok());
    EXPECT_EQ(appended->base_offset, end);
    EXPECT_TRUE(m.Flush().ok());
    EXPECT_EQ(m.IndexFaults(), "");
  }
}

TEST(LogTruncate, ProducersGoOnFromTheCut) {
  Filled m;
  EXPECT_EQ(m.EndOf(8), 8);
  EXPECT_EQ(m.Try(ProducedBatch({.id = 1, .sequence = 6})), "out of order");
  EXPECT_EQ(m.Try(ProducedBatch({.id = 1, .sequence = 2, .count = 3})), "3");  // a repeat
  EXPECT_EQ(m.Try(ProducedBatch({.id = 1, .sequence = 5})), "8");
  EXPECT_EQ(m.Try(m.Marker(3, true)), "9");
  m.Replicate();
  EXPECT_EQ(m.Stable(), 10);
}

TEST(LogTruncate, TwiceAndAppendedBetween) {
  Filled m;
  EXPECT_EQ(m.EndOf(8), 8);
  EXPECT_TRUE(m.Append(MakeBatch({1, 2})).ok());
  EXPECT_TRUE(m.Append(MakeBatch({3})).ok());
  EXPECT_EQ(m.EndOf(10), 10);
  EXPECT_EQ(m.EndOf(7), 7);
  EXPECT_EQ(m.ReadAll(), "0-1 2-2 3-5 6-6");
  m.Reopen(Stop::kClean);
  EXPECT_EQ(m.ReadAll(), "0-1 2-2 3-5 6-6");
}

// What came just now can still be read, whatever its times say.
TEST(LogTruncate, ACutSegmentIsAsOldAsItsLastRecord) {
  LogMachine m({.retention_ms = 3'600'000});
  m.Open();
  ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  m.world.RunFor(std::chrono::hours(5));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(m.Append(MakeBatch({1})).ok());
  ASSERT_TRUE(m.Run(m.log->TruncateTo(2)).ok());
  m.log->AdvanceHighWatermark(2);
  m.world.RunFor(std::chrono::minutes(30));
  const auto retained = m.Run(m.log->ApplyRetention(m.loop->clock().WallMillis()));
  ASSERT_TRUE(retained.ok());
  EXPECT_EQ(retained->count(), 0u);
  EXPECT_EQ(m.ReadAll(), "0-0 1-1");
}

TEST(LogTruncate, FullyStartsAnywhere) {
  for (const int64_t offset : {0, 3, 12, 500}) {
    SCOPED_TRACE(offset);
    Filled m;
    m.arguments.log_start = offset;
    m.arguments.recovery_point = 0;
    EXPECT_TRUE(m.Run(m.log->TruncateFully(offset)).ok());
    EXPECT_EQ(m.Ends(), fmt::format("{0} {0} {0} {0}", offset));
    EXPECT_EQ(m.Epochs(), "");
    EXPECT_TRUE(m.log->producers().empty());
    m.Reopen(Stop::kProcess);
    EXPECT_EQ(m.Ends(), fmt::format("{0} {0} {0} {0}", offset));
    EXPECT_EQ(m.Try(MakeBatch({1})), std::to_string(offset));
  }
}

// A range that was read before holds what it held, or ends short.
TEST(LogTruncate, ReadersNeverSeeOtherBytes) {
  Filled m;
  std::vector<ReadRange> ranges;
  std::vector<std::string> held;
  for (int64_t offset = 0; offset < 12; ++offset) {
    const auto read = m.Run(m.log->Read(offset, 1000, 12, true));
    ASSERT_TRUE(read.ok());
    Buffer bytes(read->range.size);
    ASSERT_TRUE(m.Run(read->range.file->Read(read->range.position, bytes)).ok());
    ranges.push_back(*read);
    held.push_back(Hex(bytes));
  }
  EXPECT_EQ(m.EndOf(4), 3);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(m.Append(MakeBatch({5, 6, 7})).ok());
  for (size_t i = 0; i < ranges.size(); ++i) {
    Buffer bytes(ranges[i].range.size);
    const auto got = m.Run(ranges[i].range.file->Read(ranges[i].range.position, bytes));
    ASSERT_TRUE(got.ok());
    bytes.resize(*got);
    EXPECT_TRUE(held[i].starts_with(Hex(bytes))) << i;
  }
}

TEST(LogTruncate, AppendsThatWaitForTheirSyncAreTold) {
  Filled m;
  Config config = m.log->config();
  config.flush_messages = 1;
  m.log->set_config(config);
  m.disk().Inject({.call = SimCall::kSyncData,
                   .kind = SimFault::kSlow,
                   .times = SimFault::kForever,
                   .delay = std::chrono::seconds(1)});
  Buffer batch = MakeBatch({1});
  PendingAppend append(batch);
  m.log->Enqueue(append);
  m.world.RunFor(std::chrono::milliseconds(100));
  EXPECT_EQ(m.log->offsets().end, 13);
  EXPECT_EQ(m.EndOf(8), 8);
  const auto result = m.Run(Await(append));
  EXPECT_TRUE(result.ok() || absl::IsCancelled(result.status())) << result.status();
  EXPECT_TRUE(m.Flush().ok());
}

TEST(LogTruncate, OneThatFailsEndsAppendsUntilTheLogIsOpenedAgain) {
  Filled m;
  m.disk().Inject({.call = SimCall::kTruncate, .kind = SimFault::kDenied, .path = ".log"});
  EXPECT_FALSE(m.Truncate(5).ok());
  EXPECT_FALSE(m.Append(MakeBatch({1})).ok());
  EXPECT_FALSE(m.Flush().ok());
  EXPECT_FALSE(m.Truncate(2).ok());
  EXPECT_FALSE(m.Close().ok());
  m.Leave();
  m.arguments.stop = Stop::kProcess;
  m.Open();
  EXPECT_TRUE(std::string(Filled::kAll).starts_with(m.ReadAll()));
  EXPECT_TRUE(m.Append(MakeBatch({1})).ok());
}

// Batches as they lie in a file, from offset `base` on.
Buffer At(int64_t base, Buffer batch) {
  record::StampBaseOffset(batch, base);
  return batch;
}

TEST(LogTruncate, FindsNoTimeInWhatCompactionEmptied) {
  const Buffer late = At(1, MakeBatch({9000}));
  Buffer content;
  for (const Buffer& batch :
       {At(0, MakeBatch({1000})), record::BuildEmptyCopy(record::BatchView(late)),
        At(2, MakeBatch({1500})), At(3, MakeBatch({1600}))}) {
    content.insert(content.end(), batch.begin(), batch.end());
  }
  LogMachine m;
  m.Open();
  m.Leave();
  ASSERT_TRUE(m.disk().Put(m.Path(0, FileKind::kLog), content).ok());
  m.arguments.stop = Stop::kProcess;
  m.Open();
  EXPECT_EQ(m.FindMax(4), "1600@3");
  EXPECT_EQ(m.Run(m.log->TruncateTo(3)).value_or(-1), 3);
  EXPECT_EQ(m.FindMax(3), "1500@2");
  EXPECT_EQ(m.Find(1501, 3), "-");
}

// Stops the machine at each disk operation of a truncation. What is left is the log, cut nowhere
// before the new end, and it can be truncated again.
void CrashEverywhereIn(int64_t offset, io::SimCrash kind) {
  Filled whole;
  const int64_t wanted = whole.EndOf(offset);
  for (uint64_t n = 1;; ++n) {
    SCOPED_TRACE(fmt::format("to {}, crash at operation {}", offset, n));
    Filled m({.seed = n});
    ASSERT_TRUE(m.Flush().ok());
    m.disk().SyncAll();
    m.arguments.recovery_point = std::min(wanted, m.log->offsets().durable);
    m.disk().CrashAtOperation(n, kind);
    const auto end = m.Run(m.log->TruncateTo(offset));
    const bool finished = !m.disk().crashed();
    m.Leave(kind);
    m.arguments.stop = kind == io::SimCrash::kPower ? Stop::kMachine : Stop::kProcess;
    m.Open();
    if (m.log == nullptr) return;
    EXPECT_FALSE(m.Met(Row::kDamagedStretch) || m.Met(Row::kDamagedEnd) ||
                 m.Met(Row::kEndBelowRecoveryPoint));
    const std::string all = m.ReadAll();
    EXPECT_TRUE(std::string(Filled::kAll).starts_with(all)) << all;
    if (finished) {
      EXPECT_EQ(m.log->offsets().end, *end);
    }
    EXPECT_GE(m.log->offsets().end, wanted);
    EXPECT_EQ(m.EndOf(offset), wanted);
    EXPECT_EQ(m.State(), whole.State());
    EXPECT_EQ(m.Aborted(0, 12), whole.Aborted(0, 12));
    EXPECT_EQ(m.ReadAll(), whole.ReadAll());
    EXPECT_EQ(m.IndexFaults(), "");
    if (finished || ::testing::Test::HasFailure()) return;
  }
}

TEST(LogTruncate, SurvivesADyingProcessAtEachOperation) {
  for (int64_t offset = 1; offset < 12; ++offset) {
    CrashEverywhereIn(offset, io::SimCrash::kProcess);
    if (HasFailure()) return;
  }
}

TEST(LogTruncate, SurvivesAPowerLossAtEachOperation) {
  for (int64_t offset = 1; offset < 12; ++offset) {
    CrashEverywhereIn(offset, io::SimCrash::kPower);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace varve::log::test
