#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wire::ErrorCode;
using namespace std::chrono_literals;

class FetchTest : public ::testing::Test {
 protected:
  ErrorCode ErrorOf(const wire::FetchRequest& request, int version = kFetchVersion) {
    return Only(client.Call(request, version)).error_code;
  }
  io::Duration Since(io::MonoTime start) { return machine.world.clock().Now() - start; }
  io::MonoTime Now() { return machine.world.clock().Now(); }

  Machine machine;
  Client& client = machine.client();
};

TEST_F(FetchTest, TheFirstBatchComesEvenIfItIsTooLarge) {
  CreateTopic(client, "t", 2);
  for (int32_t p = 0; p < 2; ++p) Put(machine, "t", {std::string(1000, 'x')}, p);
  wire::FetchRequest request = FetchOf("t", {{0, 0, 10}, {1, 0, 10}});
  request.max_bytes = 10;
  const auto answer = client.Call(request, kFetchVersion).topics.at(0);
  EXPECT_EQ(Values(answer.partitions.at(0).records.bytes).size(), 1u);
  EXPECT_THAT(answer.partitions.at(1).records.bytes, IsEmpty());
}

TEST_F(FetchTest, LimitsHoldForPartitionsAndForAll) {
  CreateTopic(client, "t", 4);
  for (int32_t p = 0; p < 4; ++p) {
    for (int i = 0; i < 10; ++i) Put(machine, "t", {std::string(1000, 'x')}, p);
  }
  wire::FetchRequest request =
      FetchOf("t", {{0, 0, 3000}, {1, 0, 3000}, {2, 0, 3000}, {3, 0, 3000}});
  request.max_bytes = 7500;
  size_t bytes = 0;
  const auto answer = client.Call(request, kFetchVersion);
  for (const auto& partition : answer.topics.at(0).partitions) {
    EXPECT_LE(partition.records.bytes.size(), 3000u);
    bytes += partition.records.bytes.size();
  }
  EXPECT_LE(bytes, 7500u);
  EXPECT_GE(bytes, 6000u);
}

TEST_F(FetchTest, WaitsAsLongAsItIsTold) {
  CreateTopic(client, "t", 2);
  wire::FetchRequest request = FetchOf("t", {{0}, {1}});
  request.max_wait_ms = 10'000;
  const auto start = Now();
  const auto answer = client.Call(request, kFetchVersion);
  EXPECT_GE(Since(start), 10s);
  EXPECT_LT(Since(start), 10'100ms);
  EXPECT_EQ(answer.topics.at(0).partitions.size(), 2u);
}

TEST_F(FetchTest, AnAppendOnAnyShardEndsTheWait) {
  CreateTopic(client, "t", 2);
  Client& waiting = machine.Connect();
  for (int32_t p = 0; p < 2; ++p) {
    wire::FetchRequest request = FetchOf("t", {{0}, {1}});
    request.topics[0].partitions[0].fetch_offset = p == 0 ? 0 : 1;
    request.max_wait_ms = 60'000;
    waiting.Send(request, kFetchVersion);
    machine.RunFor(1s);
    EXPECT_FALSE(waiting.Ready());
    const auto start = Now();
    Put(machine, "t", {"a"}, p);
    const auto answer = waiting.Receive<wire::FetchResponse>(kFetchVersion);
    EXPECT_LT(Since(start), 100ms);
    EXPECT_THAT(Values(answer.topics.at(0).partitions.at(static_cast<size_t>(p)).records.bytes),
                ElementsAre("a"));
  }
}

TEST_F(FetchTest, TheWaitEndsWhenShardsHaveEnoughTogether) {
  CreateTopic(client, "t", 4);
  Client& waiting = machine.Connect();
  wire::FetchRequest request = FetchOf("t", {{0}, {1}, {2}, {3}});
  request.max_wait_ms = 60'000;
  request.min_bytes = 3500;
  waiting.Send(request, kFetchVersion);
  for (int32_t p = 0; p < 3; ++p) Put(machine, "t", {std::string(1000, 'x')}, p);
  machine.RunFor(1s);
  EXPECT_FALSE(waiting.Ready());
  const auto start = Now();
  Put(machine, "t", {std::string(1000, 'x')}, 0);
  waiting.Receive<wire::FetchResponse>(kFetchVersion);
  EXPECT_LT(Since(start), 100ms);
}

// Written and readable are two moments with flush.messages=1; what counts is the second one.
TEST_F(FetchTest, RecordsWakeWhoWaitsOnceTheyAreDurable) {
  CreateTopic(client, "t", 1, {{"flush.messages", "1"}});
  Client& waiting = machine.Connect();
  const auto start = Now();
  constexpr int64_t kRecords = 50;
  for (int64_t i = 0; i < kRecords; ++i) {
    std::vector<ToPartition> to{{0, Batch({"a"}, machine.NowMs())}};
    client.Send(ProduceOf("t", to), 12);
  }
  for (int64_t offset = 0; offset < kRecords;) {
    wire::FetchRequest request = FetchOf("t", {{0, offset}});
    request.max_wait_ms = 60'000;
    const auto answer = waiting.Call(request, kFetchVersion);
    offset += static_cast<int64_t>(Values(Only(answer).records.bytes).size());
  }
  EXPECT_LT(Since(start), 30s);
}

TEST_F(FetchTest, AskedForNothingItAnswersAtOnce) {
  wire::FetchRequest request;
  request.max_wait_ms = 60'000;
  request.min_bytes = 1;
  const auto start = Now();
  EXPECT_THAT(client.Call(request, kFetchVersion).topics, IsEmpty());
  EXPECT_LT(Since(start), 100ms);
}

TEST_F(FetchTest, OffsetsOutsideTheLog) {
  CreateTopic(client, "t");
  Put(machine, "t", {"a"});
  EXPECT_EQ(ErrorOf(FetchOf("t", {{0, 2}})), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(ErrorOf(FetchOf("t", {{0, -1}})), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(ErrorOf(FetchOf("t", {{0, 1}})), ErrorCode::kNone);
}

TEST_F(FetchTest, UnknownNamesAndIds) {
  CreateTopic(client, "t");
  EXPECT_EQ(ErrorOf(FetchOf("none", {{0}})), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ErrorOf(FetchOf("t", {{1}})), ErrorCode::kUnknownTopicOrPartition);
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.topics[0].topic_id = {5, 6};
  EXPECT_EQ(ErrorOf(request, 13), ErrorCode::kUnknownTopicId);
  request.topics[0].topic_id = TopicId(client, "t");
  EXPECT_EQ(ErrorOf(request, 13), ErrorCode::kNone);
}

TEST_F(FetchTest, LeaderEpochsAreCompared) {
  CreateTopic(client, "t");
  Put(machine, "t", {"a"});
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.topics[0].partitions[0].current_leader_epoch = 1000;
  EXPECT_EQ(ErrorOf(request), ErrorCode::kUnknownLeaderEpoch);
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  Client& later = machine.client();
  request.topics[0].partitions[0].current_leader_epoch = 0;
  EXPECT_EQ(Only(later.Call(request, kFetchVersion)).error_code, ErrorCode::kFencedLeaderEpoch);
}

// The client has read what a power loss took back: it is told where its log and ours part.
TEST_F(FetchTest, ALogThatWentAnotherWayIsToldSo) {
  CreateTopic(client, "t");
  Put(machine, "t", {"a"});
  const int64_t durable = 1;
  machine.disk().SyncAll();
  for (int i = 0; i < 5; ++i) Put(machine, "t", {"lost"});
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  Client& later = machine.client();
  const int64_t end = ListOffset(later, "t", wire::kLatestTimestamp).offset;
  ASSERT_GE(end, durable);
  wire::FetchRequest request = FetchOf("t", {{0, 100}});
  request.topics[0].partitions[0].last_fetched_epoch = 0;
  const auto answer = later.Call(request, kFetchVersion);
  EXPECT_EQ(Only(answer).error_code, ErrorCode::kNone);
  EXPECT_EQ(Only(answer).diverging_epoch.epoch, 0);
  EXPECT_EQ(Only(answer).diverging_epoch.end_offset, end);
}

TEST_F(FetchTest, CommittedReadersGetAListOfAbortedTransactions) {
  CreateTopic(client, "t");
  Put(machine, "t", {"a"});
  wire::FetchRequest request = FetchOf("t", {{0}});
  EXPECT_FALSE(Only(client.Call(request, kFetchVersion)).aborted_transactions);
  request.isolation_level = 1;
  const auto answer = client.Call(request, kFetchVersion);
  EXPECT_TRUE(Only(answer).aborted_transactions);
  EXPECT_THAT(Values(Only(answer).records.bytes), ElementsAre("a"));
  EXPECT_EQ(Only(answer).last_stable_offset, 1);
}

TEST_F(FetchTest, CommittedReadersStopAtAnOpenTransaction) {
  CreateTopic(client, "t");
  Put(machine, "t", {"a"});
  const record::BatchOptions options{
      .transactional = true, .producer_id = 5, .producer_epoch = 0, .base_sequence = 0};
  EXPECT_EQ(Produce(client, "t", 0, Batch({"b"}, machine.NowMs(), options)).base_offset, 1);
  Put(machine, "t", {"c"});
  wire::FetchRequest request = FetchOf("t", {{0}});
  EXPECT_THAT(Values(Only(client.Call(request, kFetchVersion)).records.bytes),
              ElementsAre("a", "b", "c"));
  request.isolation_level = 1;
  const auto answer = client.Call(request, kFetchVersion);
  EXPECT_THAT(Values(Only(answer).records.bytes), ElementsAre("a"));
  EXPECT_EQ(Only(answer).last_stable_offset, 1);
  EXPECT_EQ(Only(answer).high_watermark, 3);
}

TEST_F(FetchTest, DeletingATopicEndsTheWait) {
  CreateTopic(client, "t", 2);
  Client& waiting = machine.Connect();
  wire::FetchRequest request = FetchOf("t", {{0}, {1}});
  request.max_wait_ms = 60'000;
  waiting.Send(request, kFetchVersion);
  machine.RunFor(1s);
  const auto start = Now();
  EXPECT_EQ(DeleteTopic(client, "t"), ErrorCode::kNone);
  const auto answer = waiting.Receive<wire::FetchResponse>(kFetchVersion);
  EXPECT_LT(Since(start), 1s);
  EXPECT_NE(answer.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
}

// The wait may end at any moment of the deletion.
TEST_F(FetchTest, AWaitThatEndsWhileItsTopicIsDeleted) {
  for (int32_t wait_ms = 1; wait_ms <= 20; ++wait_ms) {
    CreateTopic(client, "t", 2);
    Put(machine, "t", {"a"});
    std::vector<Client*> waiting;
    for (int i = 0; i < 4; ++i) {
      waiting.push_back(&machine.Connect());
      wire::FetchRequest request = FetchOf("t", {{0, 1}, {1, 0}});
      request.max_wait_ms = wait_ms + i;
      waiting.back()->Send(request, kFetchVersion);
    }
    EXPECT_EQ(DeleteTopic(client, "t"), ErrorCode::kNone);
    for (Client* one : waiting) one->Receive<wire::FetchResponse>(kFetchVersion);
  }
}

TEST_F(FetchTest, AStopEndsEveryWait) {
  CreateTopic(client, "t", 2);
  for (int i = 0; i < 4; ++i) {
    wire::FetchRequest request = FetchOf("t", {{0}, {1}});
    request.max_wait_ms = 60'000;
    machine.Connect().Send(request, kFetchVersion);
  }
  machine.RunFor(1s);
  const auto start = Now();
  machine.MustStop();
  EXPECT_LT(Since(start), 400ms);
}

}  // namespace
}  // namespace varve::broker::test
