#include "engine/log/flusher.h"

#include <gtest/gtest.h>

#include <memory>

#include "engine/base/status.h"
#include "tests/engine/log/log_machine.h"

namespace varve::log::test {
namespace {

using io::SimCall;
using io::SimFault;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FlusherTest : public ::testing::Test {
 protected:
  FlusherTest() { Begin(Config()); }
  ~FlusherTest() override { End(); }

  void Begin(const Config& config) {
    m_.arguments.config = config;
    m_.Open();
    flusher_ = std::make_unique<Flusher>(*m_.loop, seconds(60));
    m_.log->set_flusher(flusher_.get());
  }
  void End() {
    IgnoreError(m_.Close(false));  // some tests have closed it, or broken its disk
    m_.log.reset();
    m_.Run(flusher_->Close());
  }
  int64_t Durable() { return m_.log->offsets().durable; }

  LogMachine m_;
  std::unique_ptr<Flusher> flusher_;
};

TEST_F(FlusherTest, MakesDurableWhatHasWaitedLongEnough) {
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  m_.world.RunFor(seconds(30));
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  m_.world.RunFor(seconds(29));
  EXPECT_EQ(Durable(), 0);
  m_.world.RunFor(seconds(2));
  EXPECT_EQ(Durable(), 2);
  EXPECT_EQ(flusher_->waiting(), 0u);
}

TEST_F(FlusherTest, AsEarlyAsTheTopicAsks) {
  Config config;
  config.flush_ms = 500;
  m_.log->set_config(config);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
    m_.world.RunFor(milliseconds(600));
    EXPECT_EQ(Durable(), i + 1);
  }
}

TEST_F(FlusherTest, LeavesALogAloneThatIsDurable) {
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(flusher_->waiting(), 1u);
  ASSERT_TRUE(m_.Flush().ok());
  EXPECT_EQ(flusher_->waiting(), 0u);
  const uint64_t operations = m_.disk().operations();
  m_.world.RunFor(seconds(1000));
  EXPECT_EQ(m_.disk().operations(), operations);
}

TEST_F(FlusherTest, WhatCameDuringASyncGetsItsOwnTime) {
  m_.disk().Inject({.call = SimCall::kSyncData, .kind = SimFault::kSlow, .delay = seconds(10)});
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  m_.world.RunFor(seconds(61));
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());  // beside the sync
  m_.world.RunFor(seconds(20));
  EXPECT_EQ(Durable(), 1);
  EXPECT_EQ(flusher_->waiting(), 1u);
  m_.world.RunFor(seconds(60));
  EXPECT_EQ(Durable(), 2);
}

TEST_F(FlusherTest, AFailedSyncIsNotTriedAgain) {
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  m_.disk().Inject({.call = SimCall::kSyncData});
  m_.world.RunFor(seconds(61));
  EXPECT_TRUE(m_.health->failed());
  EXPECT_EQ(flusher_->waiting(), 0u);
  EXPECT_TRUE(absl::IsDataLoss(m_.Append(BatchOfSize(100)).status()));
}

TEST_F(FlusherTest, ALogThatIsClosedWaitsNoLonger) {
  ASSERT_TRUE(m_.Append(BatchOfSize(100)).ok());
  EXPECT_EQ(flusher_->waiting(), 1u);
  EXPECT_TRUE(m_.Close().ok());
  EXPECT_EQ(flusher_->waiting(), 0u);
}

TEST_F(FlusherTest, TheOldestIsWrittenBackOnceTooMuchIsUnwritten) {
  const auto append = [&](int megabytes) {
    for (int i = 0; i < megabytes; ++i) ASSERT_TRUE(m_.Append(BatchOfSize(1'000'000)).ok());
    m_.world.RunFor(seconds(1));
  };
  append(60);
  EXPECT_EQ(m_.disk().writeback_bytes(), 0u);
  append(60);
  EXPECT_GE(m_.disk().writeback_bytes(), 50'000'000u);
  EXPECT_LE(m_.disk().writeback_bytes(), 60'000'000u);
  EXPECT_LE(m_.files->unwritten().bytes(), FileCache::kUnwrittenBytesMax + 2'000'000);
}

TEST_F(FlusherTest, WhatIsDurableIsNotUnwritten) {
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(m_.Append(BatchOfSize(1'000'000)).ok());
  m_.world.RunFor(seconds(61));
  EXPECT_EQ(m_.files->unwritten().bytes(), 0u);
  ASSERT_TRUE(m_.Append(BatchOfSize(1'000'000)).ok());
  EXPECT_GE(m_.files->unwritten().bytes(), 1'000'000u);
  EXPECT_EQ(m_.disk().writeback_bytes(), 0u);
  EXPECT_TRUE(m_.Close().ok());
  EXPECT_EQ(m_.files->unwritten().bytes(), 0u);
}

}  // namespace
}  // namespace varve::log::test
