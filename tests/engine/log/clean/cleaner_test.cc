#include "engine/log/clean/cleaner.h"

#include <gtest/gtest.h>

#include "tests/engine/log/clean/clean_machine.h"
#include "tests/engine/log/index_check.h"

namespace varve::log::test {
namespace {

using io::SimCall;

TEST(Cleaner, KeepsTheLastValueOfEachKey) {
  CleanMachine m;
  m.Put({"a=1", "b=1", "a=2"});
  m.Put({"c=1", "b=2"});
  m.PutInNext({"a=3", "d=1"});
  m.PutInNext({"a=4"});
  const auto report = m.Clean();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(m.ShowLog(), "3:c=1 4:b=2 5:a=3 6:d=1 7:a=4");
  EXPECT_EQ(report->cleaned_up_to, 7);
  EXPECT_EQ(report->keys, 4u);
  EXPECT_EQ(m.log->segment_count(), 2u);  // the two closed ones became one
  EXPECT_EQ(m.log->offsets().end, 8);
  EXPECT_EQ(m.log->offsets().log_start, 0);
  // Every offset is found, also one that is gone.
  EXPECT_EQ(m.Read(0, 1000, 8).substr(0, 3), "3-4");
  m.world.RunFor(std::chrono::minutes(2));  // what was replaced is gone
  EXPECT_EQ(CheckIndexFiles(m.disk(), "t-0"), "");
}

TEST(Cleaner, ARestartFindsWhatItLeft) {
  for (const Stop stop : {Stop::kClean, Stop::kProcess, Stop::kMachine}) {
    CleanMachine m({.segment_bytes = 400, .index_interval_bytes = 100, .file_delete_delay_ms = 1});
    for (int i = 0; i < 60; ++i) {
      m.Put({fmt::format("k{}={}", i % 7, i), fmt::format("only{}=x", i / 5)});
    }
    ASSERT_TRUE(m.Run(m.log->Flush()).ok());
    ASSERT_TRUE(m.Clean().ok());
    const std::string before = m.ShowLog();
    m.world.RunFor(std::chrono::seconds(1));
    EXPECT_EQ(CheckIndexFiles(m.disk(), "t-0"), "");
    m.arguments.recovery_point = 0;  // even one that is older than the cleaning
    m.Reopen(stop);
    EXPECT_EQ(m.ShowLog(), before);
    EXPECT_EQ(CheckIndexFiles(m.disk(), "t-0"), "");
    EXPECT_FALSE(m.Met(Row::kIndexUnfit));
    EXPECT_FALSE(m.Met(Row::kLostTail));
  }
}

TEST(Cleaner, TimesAreFoundInWhatIsLeft) {
  CleanMachine m({.index_interval_bytes = 0});
  m.Put({"a=1"}, 1000);
  m.Put({"b=1"}, 2000);
  m.Put({"a=2"}, 1500);
  m.Put({"b=2"}, 1700);
  m.PutInNext({"z=1"}, 3000);
  EXPECT_EQ(m.Find(1600, 5), "2000@1");
  ASSERT_TRUE(m.Clean().ok());
  EXPECT_EQ(m.ShowLog(), "2:a=2 3:b=2 4:z=1");
  EXPECT_EQ(m.Find(1000, 5), "1500@2");
  EXPECT_EQ(m.Find(1600, 5), "1700@3");
  EXPECT_EQ(m.Find(1701, 5), "3000@4");
  EXPECT_EQ(m.FindMax(4), "1700@3");
}

TEST(Cleaner, NothingToDoChangesNothing) {
  CleanMachine m;
  EXPECT_TRUE(m.Clean().ok());
  m.Put({"a=1"});
  m.PutInNext({"b=1"});
  ASSERT_TRUE(m.Clean().ok());
  const uint64_t operations = m.disk().operations();
  const auto report = m.Clean();  // from where the last one ended
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->bytes_read, 0u);
  EXPECT_EQ(m.disk().operations(), operations);
  EXPECT_EQ(m.ShowLog(), "0:a=1 1:b=1");
}

TEST(Cleaner, ATombstoneTakesTwoCleanings) {
  CleanMachine m({.delete_retention_ms = 1000});
  m.Put({"a=1", "b=1", "a="});
  m.PutInNext({"z=1"});
  ASSERT_TRUE(m.Clean().ok());
  EXPECT_EQ(m.Last(), (LastValues{{"b", "1"}, {"z", "1"}}));
  EXPECT_TRUE(m.ShowLog().starts_with("1:b=1 2:a=-~")) << m.ShowLog();
  m.world.RunFor(std::chrono::seconds(2));
  m.PutInNext({"y=1"});  // new dirty data brings on the next cleaning
  ASSERT_TRUE(m.Clean().ok());
  const std::string shown = m.ShowLog();
  EXPECT_TRUE(shown.starts_with("1:b=1~")) << shown;
  EXPECT_TRUE(shown.ends_with(" 3:z=1 4:y=1")) << shown;
}

TEST(Cleaner, ATinyMapTakesSeveralCleanings) {
  CleanMachine m({.segment_bytes = 300});
  m.options.map_bytes_max = 4 * KeyMap::kSlotBytes;  // three keys
  LastValues want;
  for (int i = 0; i < 40; ++i) {
    const std::string key = "k" + std::to_string(i * 7 % 11);
    m.Put({key + "=" + std::to_string(i)});
    want[key] = std::to_string(i);
  }
  int cleanings = 0;
  while (m.log->cleaned_up_to().value_or(0) < m.log->active_base()) {
    const int64_t before = m.log->cleaned_up_to().value_or(0);
    const auto report = m.Clean();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_GT(report->cleaned_up_to, before);
    EXPECT_LE(report->map_bytes, m.options.map_bytes_max);
    EXPECT_LE(report->keys, 3u);
    EXPECT_EQ(m.Last(), want);
    ++cleanings;
  }
  EXPECT_GT(cleanings, 3);
  CleanMachine all({.segment_bytes = 300});
  for (int i = 0; i < 40; ++i) {
    all.Put({"k" + std::to_string(i * 7 % 11) + "=" + std::to_string(i)});
  }
  ASSERT_TRUE(all.Clean().ok());
  EXPECT_EQ(m.Last(), all.Last());
}

TEST(Cleaner, TheMapIsNoLargerThanTheKeysThatMayCome) {
  CleanMachine m;
  m.Put({"a=1", "b=1"});
  m.PutInNext({"z=1"});
  const auto report = m.Clean();
  ASSERT_TRUE(report.ok());
  EXPECT_LE(report->map_bytes, 4 * KeyMap::kSlotBytes);
}

TEST(Cleaner, BatchesLargerThanItsBuffersPass) {
  CleanMachine m;
  m.options.io_buffer_bytes = 0;
  const std::string large(20'000, 'x');
  m.Put({"a=" + large, "b=1"});
  m.Put({"b=" + large});
  m.Put({"c=1"});
  m.PutInNext({"z=1"});
  ASSERT_TRUE(m.Clean().ok());
  EXPECT_EQ(m.Last(), (LastValues{{"a", large}, {"b", large}, {"c", "1"}, {"z", "1"}}));
}

TEST(Cleaner, AReaderKeepsTheBytesThatItHolds) {
  CleanMachine m;
  m.Put({"a=1"});
  m.Put({"a=2"});
  m.PutInNext({"z=1"});
  const auto held = m.Run(m.log->Read(0, 1000, 2, true));
  ASSERT_TRUE(held.ok());
  ASSERT_TRUE(m.Clean().ok());
  m.world.RunFor(std::chrono::minutes(2));  // the old files are gone
  Buffer bytes(held->range.size);
  ASSERT_TRUE(m.Run(held->range.file->Read(held->range.position, bytes)).ok());
  EXPECT_EQ(Show(bytes), "0:a=1 1:a=2");
  EXPECT_EQ(m.ShowLog(), "1:a=2 2:z=1");
}

TEST(Cleaner, TheAgeOfAFileIsThatOfItsLastSource) {
  CleanMachine m;
  m.Put({"a=1"});
  m.Put({"a=2"});
  const int64_t written = m.loop->clock().WallMillis();
  m.world.RunFor(std::chrono::hours(1));
  m.PutInNext({"z=1"});
  ASSERT_TRUE(m.Clean().ok());
  const auto info = m.Run(m.loop->disk().Stat(m.Path(0, FileKind::kLog)));
  ASSERT_TRUE(info.ok());
  EXPECT_LE(info->modified_ms, written + 1000);
}

TEST(Cleaner, DamageIsNotCompactedAway) {
  CleanMachine m;
  m.Put({"a=1"});
  m.Put({"a=2"});
  m.PutInNext({"z=1"});
  const Buffer before = m.Content(0, FileKind::kLog);
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 65, 3).ok());
  EXPECT_TRUE(absl::IsDataLoss(m.Clean().status()));
  EXPECT_EQ(m.Content(0, FileKind::kLog).size(), before.size());
  EXPECT_FALSE(m.log->cleaned_up_to());
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 65, 3).ok());
  EXPECT_TRUE(m.Clean().ok());
  EXPECT_EQ(m.ShowLog(), "1:a=2 2:z=1");
}

TEST(Cleaner, AWrongBaseOffsetIsDamage) {
  CleanMachine m;
  m.Put({"a=1"});
  m.PutInNext({"z=1"});
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 2, 0).ok());  // outside the checksum
  EXPECT_TRUE(absl::IsDataLoss(m.Clean().status()));
}

TEST(Cleaner, AFenceIsNotCompactedAway) {
  CleanMachine m;
  m.Put({"a=1"});
  m.Put({"a=2"});
  m.Put({"a=3"});
  m.PutInNext({"z=1"});
  const size_t size = Keyed({"a=1"}).size();
  m.Leave();
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), size + 65, 3).ok());
  m.arguments.stop = Stop::kProcess;
  m.Open();
  ASSERT_TRUE(m.Met(Row::kDamagedStretch));
  EXPECT_TRUE(absl::IsDataLoss(m.Clean().status()));
  EXPECT_EQ(m.Content(0, FileKind::kLog).size(), 3 * size);
}

// Whatever fails before the exchange leaves the log as it was, appends and all.
TEST(Cleaner, AFaultLeavesTheLogServing) {
  for (const SimCall call : {SimCall::kRead, SimCall::kCreate, SimCall::kAppend, SimCall::kSyncData,
                             SimCall::kSetModified, SimCall::kSyncDirectory}) {
    for (uint64_t skip = 0; skip < 3; ++skip) {
      SCOPED_TRACE(fmt::format("{} {}", static_cast<int>(call), skip));
      CleanMachine m;
      m.Put({"a=1"});
      m.Put({"a=2"});
      m.PutInNext({"b=1"});
      m.PutInNext({"z=1"});
      ASSERT_TRUE(m.Flush().ok());
      const bool output = call != SimCall::kRead && call != SimCall::kSyncDirectory;
      m.disk().Inject({.call = call, .path = output ? ".cleaned" : "", .skip = skip});
      const auto cleaned = m.Clean();
      m.disk().ClearFaults();
      if (m.health->failed()) continue;  // in the middle of the exchange
      EXPECT_EQ(m.Last(), (LastValues{{"a", "2"}, {"b", "1"}, {"z", "1"}}));
      EXPECT_TRUE(m.Append(Keyed({"y=1"})).ok());
      ASSERT_TRUE(m.Clean().ok());
      EXPECT_EQ(m.ShowLog(), "1:a=2 2:b=1 3:z=1 4:y=1");
    }
  }
}

TEST(Cleaner, AFailedExchangeIsFinishedByTheNextStart) {
  for (uint64_t skip = 0; skip < 12; ++skip) {
    SCOPED_TRACE(skip);
    CleanMachine m;
    m.Put({"a=1"});
    m.Put({"a=2"});
    m.PutInNext({"b=1"});
    m.PutInNext({"z=1"});
    ASSERT_TRUE(m.Flush().ok());
    m.disk().Inject({.call = SimCall::kRename, .skip = skip});
    const auto cleaned = m.Clean();
    m.disk().ClearFaults();
    EXPECT_EQ(m.Last(), (LastValues{{"a", "2"}, {"b", "1"}, {"z", "1"}}));
    m.Reopen(Stop::kProcess);
    EXPECT_EQ(m.Last(), (LastValues{{"a", "2"}, {"b", "1"}, {"z", "1"}}));
    ASSERT_TRUE(m.Clean().ok());
    EXPECT_EQ(m.ShowLog(), "1:a=2 2:b=1 3:z=1");
  }
}

TEST(Cleaner, ClosingCallsItOff) {
  CleanMachine m;
  for (int i = 0; i < 200; ++i) m.Put({"a=" + std::to_string(i)});
  m.PutInNext({"z=1"});
  m.options.io_buffer_bytes = 0;
  m.bytes_per_second = 1000;  // it would take many seconds
  absl::Status cleaned;
  io::Gate gate(*m.loop);
  struct Beside {
    static io::Task<void> Run(CleanMachine& machine, absl::Status& result) {
      const auto report = co_await machine.CleanTask({});
      result = report.status();
    }
  };
  gate.Spawn(Beside::Run(m, cleaned));
  m.world.RunFor(std::chrono::seconds(1));
  const io::MonoTime before = m.loop->Now();
  ASSERT_TRUE(m.Close().ok());
  EXPECT_LT(m.loop->Now() - before, std::chrono::seconds(1));
  EXPECT_TRUE(absl::IsCancelled(cleaned)) << cleaned;
  m.Run(gate.Close());
  const auto names = m.disk().Names("t-0");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) {
    EXPECT_EQ(name.find(".cleaned"), std::string::npos) << name;
  }
}

TEST(Cleaner, IsHeldToItsRate) {
  CleanMachine m;
  for (int i = 0; i < 200; ++i) m.Put({"a=" + std::to_string(i)});
  m.PutInNext({"z=1"});
  m.options.io_buffer_bytes = 0;
  m.bytes_per_second = 10'000;
  const io::MonoTime before = m.loop->Now();
  const auto report = m.Clean();
  ASSERT_TRUE(report.ok());
  const double seconds = std::chrono::duration<double>(m.loop->Now() - before).count();
  const auto bytes = static_cast<double>(report->bytes_read + report->bytes_written);
  EXPECT_NEAR(seconds, bytes / 10'000, bytes / 10'000 * 0.2);
}

}  // namespace
}  // namespace varve::log::test
