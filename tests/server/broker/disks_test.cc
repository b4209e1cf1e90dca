#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Disks that are full or fail, as clients of the broker see them.
namespace varve::broker::test {
namespace {

using io::SimCall;
using io::SimFault;
using std::chrono::seconds;
using ::testing::ElementsAre;

std::string Directory(Machine& machine, const std::string& partition) {
  for (const char* directory : {"/data", "/more"}) {
    if (machine.disk().Exists(directory + ("/" + partition))) return directory;
  }
  return "";
}

// A topic with partitions in both directories; returns one in `directory`.
int32_t PartitionIn(Machine& machine, std::string_view directory) {
  for (int32_t p = 0; p < 4; ++p) {
    if (Directory(machine, "t-" + std::to_string(p)) == directory) return p;
  }
  ADD_FAILURE() << "no partition in " << directory;
  return 0;
}

wire::ErrorCode TryPut(Machine& machine, int32_t partition, size_t bytes = 10) {
  Buffer batch = Batch({std::string(bytes, 'x')}, machine.NowMs());
  return Produce(machine.client(), "t", partition, std::move(batch)).error_code;
}

// All values from `offset` on: a fetch reads one segment of a partition.
std::vector<std::string> All(Machine& machine, std::string_view topic, int64_t offset) {
  std::vector<std::string> all;
  for (;;) {
    const auto more = Get(machine.client(), topic, offset + static_cast<int64_t>(all.size()));
    if (more.empty()) return all;
    all.insert(all.end(), more.begin(), more.end());
  }
}

class TwoDirectories : public ::testing::Test {
 protected:
  TwoDirectories() {
    CreateTopic(m_.client(), "t", 4);
    in_data_ = PartitionIn(m_, "/data");
    in_more_ = PartitionIn(m_, "/more");
    Put(m_, "t", {"a"}, in_data_);
    Put(m_, "t", {"b"}, in_more_);
  }
  ~TwoDirectories() override { m_.disk().ClearFaults(); }

  Machine m_{{.config = kTwoDirectories}};
  int32_t in_data_ = 0;
  int32_t in_more_ = 0;
};

TEST_F(TwoDirectories, AFailedWriteStopsProducersOfThatDirectoryAlone) {
  m_.disk().Inject({.call = SimCall::kAppend, .path = "/more/t"});
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  m_.RunFor(seconds(10));
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  EXPECT_EQ(TryPut(m_, in_data_), wire::ErrorCode::kNone);
  EXPECT_THAT(Get(m_.client(), "t", 0, in_more_), ElementsAre("b"));
  EXPECT_FALSE(m_.Stop().ok());
  EXPECT_FALSE(m_.disk().Exists("/more/.kafka_cleanshutdown"));
  EXPECT_TRUE(m_.disk().Exists("/data/.kafka_cleanshutdown"));
  m_.Start();
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kNone);
  EXPECT_EQ(Get(m_.client(), "t", 0, in_more_).size(), 2u);
}

TEST_F(TwoDirectories, AFailedBackgroundSyncStopsThatDirectoryAlone) {
  m_.disk().Inject({.call = SimCall::kSyncData, .path = "/more/t"});
  m_.RunFor(seconds(70));
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  EXPECT_EQ(TryPut(m_, in_data_), wire::ErrorCode::kNone);
  EXPECT_THAT(Get(m_.client(), "t", 0, in_more_), ElementsAre("b"));
}

TEST_F(TwoDirectories, TheBrokerStartsWithoutADirectoryThatFails) {
  m_.MustStop();
  m_.disk().Inject({.call = SimCall::kAny, .path = "/more", .times = SimFault::kForever});
  m_.Start();
  EXPECT_THAT(Get(m_.client(), "t", 0, in_data_), ElementsAre("a"));
  EXPECT_EQ(TryPut(m_, in_data_), wire::ErrorCode::kNone);
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  const auto fetched = m_.client().Call(FetchOf("t", {{in_more_, 0}}), kFetchVersion);
  EXPECT_EQ(Only(fetched).error_code, wire::ErrorCode::kKafkaStorageError);
  // It gets new partitions elsewhere, and no second copy of old ones.
  EXPECT_FALSE(m_.disk().Exists("/data/t-" + std::to_string(in_more_)));
  m_.MustStop();
  m_.disk().ClearFaults();
  m_.Start();
  EXPECT_THAT(Get(m_.client(), "t", 0, in_more_), ElementsAre("b"));
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kNone);
}

TEST_F(TwoDirectories, APartitionThatCannotBeOpenedKeepsNoOtherFromServing) {
  Put(m_, "t", {"c"}, in_more_);
  m_.Crash(io::SimCrash::kProcess);  // after a clean stop it would not be looked at so soon
  const std::string bad = "/more/t-" + std::to_string(in_more_);
  m_.disk().Inject({.call = SimCall::kList, .path = bad, .times = SimFault::kForever});
  m_.Start();
  EXPECT_EQ(TryPut(m_, in_more_), wire::ErrorCode::kKafkaStorageError);
  EXPECT_EQ(TryPut(m_, in_data_), wire::ErrorCode::kNone);
  EXPECT_FALSE(m_.Stop().ok());  // nobody may believe that this log was closed
  EXPECT_FALSE(m_.disk().Exists("/more/.kafka_cleanshutdown"));
  m_.disk().ClearFaults();
  m_.Start();
  EXPECT_THAT(Get(m_.client(), "t", 0, in_more_), ElementsAre("b", "c"));
}

TEST(FullDisk, RetentionFreesSpaceAndProducersGoOn) {
  Machine m({.config = "log.initial.task.delay.ms=0\n"});
  CreateTopic(m.client(), "t", 1,
              {{"internal.segment.bytes", "2000"}, {"retention.bytes", "10000"}});
  for (int i = 0; i < 20; ++i) ASSERT_EQ(TryPut(m, 0, 900), wire::ErrorCode::kNone);
  m.disk().set_free_bytes(500);
  EXPECT_EQ(TryPut(m, 0, 900), wire::ErrorCode::kKafkaStorageError);
  EXPECT_EQ(All(m, "t", 0).size(), 20u);  // consumers go on
  // Nobody waits for log.retention.check.interval.ms, nor for file.delete.delay.ms.
  m.RunFor(seconds(10));
  EXPECT_EQ(TryPut(m, 0, 900), wire::ErrorCode::kNone);
  const int64_t start = ListOffset(m.client(), "t", wire::kEarliestTimestamp).offset;
  EXPECT_GT(start, 0);
  EXPECT_EQ(All(m, "t", start).size(), 21u - static_cast<size_t>(start));
}

}  // namespace
}  // namespace varve::broker::test
