#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// What stays of a broker's topics and records, whatever ends its process.
namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;

TEST(Durability, ATopicMadeByMetadataTakesAndGivesRecords) {
  Machine machine;
  wire::MetadataRequest request;
  request.topics.emplace().push_back({{}, "t"});
  const auto metadata = machine.client().Call(request, 12);
  ASSERT_EQ(metadata.topics.size(), 1u);
  EXPECT_EQ(metadata.topics[0].error_code, wire::ErrorCode::kNone);
  ASSERT_EQ(metadata.topics[0].partitions.size(), 1u);
  EXPECT_EQ(metadata.topics[0].partitions[0].leader_id, metadata.brokers.at(0).node_id);

  EXPECT_EQ(Put(machine, "t", {"a", "b"}), 0);
  EXPECT_EQ(Put(machine, "t", {"c"}), 2);
  EXPECT_THAT(Get(machine.client(), "t"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Get(machine.client(), "t", 2), ElementsAre("c"));
  EXPECT_EQ(ListOffset(machine.client(), "t", wire::kEarliestTimestamp).offset, 0);
  EXPECT_EQ(ListOffset(machine.client(), "t", wire::kLatestTimestamp).offset, 3);
}

TEST(Durability, ACleanStopKeepsEverythingAndTheEpoch) {
  Machine machine;
  CreateTopic(machine.client(), "t", 3);
  for (int32_t p = 0; p < 3; ++p) Put(machine, "t", {"a", "b"}, p);
  const int32_t epoch = Describe(machine.client(), "t").partitions[0].leader_epoch;
  machine.Restart();
  EXPECT_TRUE(machine.disk().Exists("/data/t-0"));
  for (int32_t p = 0; p < 3; ++p) {
    EXPECT_THAT(Get(machine.client(), "t", 0, p), ElementsAre("a", "b"));
  }
  EXPECT_EQ(Describe(machine.client(), "t").partitions[0].leader_epoch, epoch);
  EXPECT_EQ(Put(machine, "t", {"c"}), 2);
}

TEST(Durability, AcknowledgedRecordsOutliveTheProcess) {
  for (uint64_t i = 0; i < 10; ++i) {
    SCOPED_TRACE(Seed() + i);
    Machine machine({.sim = {.seed = Seed() + i}});
    CreateTopic(machine.client(), "t", 2);
    Put(machine, "t", {"a"}, 0);
    Put(machine, "t", {"b"}, 1);
    Put(machine, "t", {"c"}, 1);
    machine.Crash(io::SimCrash::kProcess);
    machine.Start();
    EXPECT_THAT(Get(machine.client(), "t", 0, 0), ElementsAre("a"));
    EXPECT_THAT(Get(machine.client(), "t", 0, 1), ElementsAre("b", "c"));
  }
}

TEST(Durability, FlushedRecordsOutliveAPowerLoss) {
  for (uint64_t i = 0; i < 10; ++i) {
    SCOPED_TRACE(Seed() + i);
    Machine machine({.sim = {.seed = Seed() + i}});
    CreateTopic(machine.client(), "t", 2, {{"flush.messages", "1"}});
    Put(machine, "t", {"a"}, 0);
    Put(machine, "t", {"b"}, 1);
    Put(machine, "t", {"c"}, 1);
    machine.Crash(io::SimCrash::kPower);
    machine.Start();
    EXPECT_THAT(Get(machine.client(), "t", 0, 0), ElementsAre("a"));
    EXPECT_THAT(Get(machine.client(), "t", 0, 1), ElementsAre("b", "c"));
  }
}

// What a power loss leaves is a prefix, and a reused offset is of a higher epoch.
TEST(Durability, ALostTailShowsInTheLeaderEpoch) {
  for (uint64_t i = 0; i < 10; ++i) {
    SCOPED_TRACE(Seed() + i);
    Machine machine({.sim = {.seed = Seed() + i}});
    CreateTopic(machine.client(), "t");
    const int32_t epoch = Describe(machine.client(), "t").partitions[0].leader_epoch;
    const std::vector<std::string> all{"a", "b", "c", "d"};
    for (const std::string& value : all) Put(machine, "t", {value});
    machine.Crash(io::SimCrash::kPower);
    machine.Start();
    const std::vector<std::string> left = Get(machine.client(), "t");
    ASSERT_LE(left.size(), all.size());
    EXPECT_EQ(left, std::vector<std::string>(all.begin(),
                                             all.begin() + static_cast<ptrdiff_t>(left.size())));
    EXPECT_GT(Describe(machine.client(), "t").partitions[0].leader_epoch, epoch);
    const auto latest = ListOffset(machine.client(), "t", wire::kLatestTimestamp);
    EXPECT_EQ(latest.offset, static_cast<int64_t>(left.size()));
    EXPECT_GT(latest.leader_epoch, epoch);
    EXPECT_EQ(Put(machine, "t", {"e"}), static_cast<int64_t>(left.size()));
  }
}

TEST(Durability, ADeletedTopicStaysDeleted) {
  for (const auto crash : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    Machine machine;
    CreateTopic(machine.client(), "t");
    Put(machine, "t", {"old"});
    EXPECT_EQ(DeleteTopic(machine.client(), "t"), wire::ErrorCode::kNone);
    machine.Crash(crash);
    machine.Start();
    EXPECT_EQ(Describe(machine.client(), "t").error_code,
              wire::ErrorCode::kUnknownTopicOrPartition);
    CreateTopic(machine.client(), "t");
    EXPECT_TRUE(Get(machine.client(), "t").empty());
  }
}

TEST(Durability, ASecondBrokerOnTheSameDirectoryIsRefused) {
  Machine machine;
  auto loop = machine.world.NewLoop();
  auto lock = machine.world.Run(*loop, loop->disk().Lock("/data/.lock"));
  EXPECT_TRUE(absl::IsUnavailable(lock.status())) << lock.status();
}

// Everything that a broker does: connections, appends on two shards, a crash, a stop.
uint64_t TraceOf(uint64_t seed) {
  Machine machine({.shards = 3, .sim = {.seed = seed}});
  CreateTopic(machine.client(), "t", 6);
  for (int32_t p = 0; p < 6; ++p) Put(machine, "t", {"a"}, p);
  machine.RunFor(std::chrono::seconds(10));
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  for (int32_t p = 0; p < 6; ++p) Put(machine, "t", {"b"}, p);
  machine.Restart();
  EXPECT_EQ(DeleteTopic(machine.client(), "t"), wire::ErrorCode::kNone);
  machine.MustStop();
  return machine.world.trace_hash();
}

TEST(Durability, TheSameSeedGivesTheSameTrace) {
  const uint64_t trace = TraceOf(Seed());
  RecordProperty("trace", std::to_string(trace));  // the same in any process, from any compiler
  EXPECT_EQ(TraceOf(Seed()), trace);
  EXPECT_NE(TraceOf(Seed()), TraceOf(Seed() + 1));
}

}  // namespace
}  // namespace varve::broker::test
