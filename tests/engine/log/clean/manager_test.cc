#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/log/clean/cleaner_manager.h"
#include "tests/engine/log/clean/clean_machine.h"

namespace varve::log::test {
namespace {

using io::SimCall;
using std::chrono::seconds;

Config Compacted() { return CleanMachine::WithCompaction({}); }

struct Managed : CleanMachine {
  explicit Managed(Config config = Compacted()) : CleanMachine(config) { Make(); }
  ~Managed() {
    Run(manager->Stop());
    manager->Remove(*log);
  }
  void Make(double bytes_per_second_max = Throttle::kUnlimited) {
    if (manager != nullptr) Run(manager->Stop());
    CleanerManager::Options manager_options;
    manager_options.cleaner = options;
    manager_options.bytes_per_second = bytes_per_second_max;
    manager_options.report = [this](const std::string& text) { told.push_back(text); };
    manager = std::make_unique<CleanerManager>(*loop, *files, std::move(manager_options));
    manager->Add(*log);
  }
  // Dirty data in a closed segment, durable and readable.
  void MakeDirty() {
    Put({"a=1"});
    Put({"a=2"});
    PutInNext({"z=1"});
    EXPECT_TRUE(Flush().ok());
    log->AdvanceHighWatermark(log->offsets().end);
  }
  CleaningStatus Status() { return *manager->StatusOf(*log); }

  std::vector<std::string> told;
  std::unique_ptr<CleanerManager> manager;
};

TEST(CleanerManager, CleansByItself) {
  Managed m;
  m.manager->Start();
  m.MakeDirty();
  m.world.RunFor(seconds(20));
  EXPECT_EQ(m.ShowLog(), "1:a=2 2:z=1");
  EXPECT_EQ(m.log->cleaned_up_to(), 2);
  EXPECT_EQ(m.Status().cleanings, 1u);
  m.world.RunFor(seconds(100));
  EXPECT_EQ(m.Status().cleanings, 1u);  // nothing is dirty any more
}

TEST(CleanerManager, LeavesOtherLogsAlone) {
  Managed m;
  m.log->set_config(Config());
  m.MakeDirty();
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));
  m.log->set_config(Compacted());
  EXPECT_TRUE(m.Run(m.manager->CleanOne()));
}

TEST(CleanerManager, WhatIsNotDurableOrNotStableWaits) {
  Managed m;
  m.Put({"a=1"});
  m.PutInNext({"a=2"});
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));  // nobody may read it yet
  m.log->AdvanceHighWatermark(m.log->offsets().end);
  ASSERT_TRUE(m.Flush().ok());
  EXPECT_TRUE(m.Run(m.manager->CleanOne()));
}

TEST(CleanerManager, AnOverdueRecordIsCleanedWhateverTheRatio) {
  Config config = Compacted();
  config.min_cleanable_dirty_ratio = 1;
  config.max_compaction_lag_ms = 60'000;
  Managed m(config);
  const int64_t now = m.loop->clock().WallMillis();
  m.Put({"a=1"}, now);
  m.Put({"a=2"}, now);
  m.PutInNext({"z=1"}, now);
  ASSERT_TRUE(m.Flush().ok());
  m.log->AdvanceHighWatermark(m.log->offsets().end);
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));
  m.world.RunFor(seconds(61));
  EXPECT_TRUE(m.Run(m.manager->CleanOne()));
}

TEST(CleanerManager, AFailureIsToldAndTriedAgainLaterAndLater) {
  Managed m;
  m.MakeDirty();
  m.disk().Inject({.call = SimCall::kAppend, .path = ".cleaned", .times = 3});
  m.manager->Start();
  m.world.RunFor(seconds(1));
  EXPECT_EQ(m.Status().failures, 1u);
  EXPECT_TRUE(absl::IsDataLoss(m.Status().last_error));
  ASSERT_EQ(m.told.size(), 1u);
  EXPECT_NE(m.told[0].find("t-0 was not compacted"), std::string::npos) << m.told[0];
  m.world.RunFor(seconds(20));
  EXPECT_EQ(m.Status().failures, 2u);
  m.world.RunFor(seconds(20));
  EXPECT_EQ(m.Status().failures, 2u);  // twice as long now
  m.world.RunFor(seconds(20));
  EXPECT_EQ(m.Status().failures, 3u);
  EXPECT_TRUE(m.Append(Keyed({"y=1"})).ok());
  m.world.RunFor(seconds(90));
  EXPECT_EQ(m.Status().failures, 0u);
  EXPECT_TRUE(m.Status().last_error.ok());
  EXPECT_EQ(m.told.back(), "t-0 is compacted again");
  EXPECT_EQ(m.ShowLog(), "1:a=2 2:z=1 3:y=1");
}

TEST(CleanerManager, AFailureAfterTheFirstExchangeIsToldToo) {
  Config config = Compacted();
  config.segment_bytes = 500;
  Managed m(config);
  for (int i = 0; i < 30; ++i) m.Put({fmt::format("k{}={}", i % 20, i)});
  ASSERT_TRUE(m.Flush().ok());
  m.log->AdvanceHighWatermark(m.log->offsets().end);
  m.disk().Inject({.call = SimCall::kAppend,
                   .kind = io::SimFault::kNoSpace,
                   .path = ".log.cleaned",
                   .skip = 1});
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));
  EXPECT_GT(m.log->segment_count(), 2u);
  EXPECT_EQ(m.Status().failures, 1u);
  EXPECT_TRUE(absl::IsResourceExhausted(m.Status().last_error)) << m.Status().last_error;
  EXPECT_EQ(m.told.size(), 1u);
}

TEST(CleanerManager, DamageIsToldAndServedAround) {
  Managed m;
  m.MakeDirty();
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 65, 3).ok());
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));
  EXPECT_TRUE(absl::IsDataLoss(m.Status().last_error));
  EXPECT_EQ(m.told.size(), 1u);
  EXPECT_FALSE(m.Run(m.manager->CleanOne()));  // not yet
  EXPECT_EQ(m.told.size(), 1u);
  ASSERT_TRUE(m.disk().FlipBit(m.Path(0, FileKind::kLog), 65, 3).ok());
  m.world.RunFor(seconds(16));
  EXPECT_TRUE(m.Run(m.manager->CleanOne()));
}

TEST(CleanerManager, StoppingCallsTheCleaningOff) {
  Managed m;
  m.options.io_buffer_bytes = 0;
  for (int i = 0; i < 200; ++i) m.Put({"a=" + std::to_string(i)});
  m.MakeDirty();
  m.Make(/*bytes_per_second_max=*/1000);
  m.manager->Start();
  m.world.RunFor(seconds(2));
  EXPECT_TRUE(m.Status().running);
  const io::MonoTime before = m.loop->Now();
  m.Run(m.manager->Stop());
  EXPECT_LT(m.loop->Now() - before, seconds(1));
  EXPECT_EQ(m.Status().failures, 0u);
  EXPECT_TRUE(m.Append(Keyed({"y=1"})).ok());
}

TEST(CleanerManager, TakesANewRateWhileItCleans) {
  Managed m;
  m.options.io_buffer_bytes = 0;
  for (int i = 0; i < 200; ++i) m.Put({"a=" + std::to_string(i)});
  m.MakeDirty();
  m.Make(/*bytes_per_second_max=*/1000);
  m.manager->Start();
  m.world.RunFor(seconds(2));
  EXPECT_TRUE(m.Status().running);
  m.manager->set_options({.cleaner = m.options, .report = {}});
  m.world.RunFor(seconds(20));  // what it waits for already takes a part of that
  EXPECT_FALSE(m.Status().running);
  EXPECT_EQ(m.Status().cleanings, 1u);
}

TEST(CleanerManager, ALogThatClosesIsLeft) {
  Managed m;
  m.options.io_buffer_bytes = 0;
  for (int i = 0; i < 200; ++i) m.Put({"a=" + std::to_string(i)});
  m.MakeDirty();
  m.Make(/*bytes_per_second_max=*/1000);
  m.manager->Start();
  m.world.RunFor(seconds(2));
  EXPECT_TRUE(m.Close().ok());
  EXPECT_FALSE(m.Status().running);
  m.world.RunFor(seconds(60));
  EXPECT_TRUE(m.told.empty());
}

}  // namespace
}  // namespace varve::log::test
