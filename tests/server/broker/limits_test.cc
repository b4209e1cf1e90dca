#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Limits as they are configured, over the whole broker.
namespace varve::broker::test {
namespace {

using namespace std::chrono_literals;

bool Answers(Client& client) {
  client.Send(wire::ApiVersionsRequest{}, 4);
  return client.TryReceive<wire::ApiVersionsResponse>(4).ok();
}

TEST(Limits, IdleConnectionsAreClosed) {
  Machine machine({.config = "connections.max.idle.ms=5000\n"});
  Client& idle = machine.Connect();
  EXPECT_TRUE(Answers(idle));
  machine.RunFor(4s);
  EXPECT_TRUE(Answers(idle));
  machine.RunFor(7s);
  EXPECT_TRUE(idle.Closed());
}

TEST(Limits, MoreConnectionsThanMayBeWait) {
  Machine machine({.config = "max.connections=2\nconnections.max.idle.ms=60000\n"});
  Client& first = machine.Connect();
  Client& second = machine.Connect();
  EXPECT_TRUE(Answers(first));
  EXPECT_TRUE(Answers(second));
  Client& third = machine.Connect();
  third.Send(wire::ApiVersionsRequest{}, 4);
  machine.RunFor(10s);
  EXPECT_FALSE(third.Ready());
  first.stream().Shutdown();
  EXPECT_TRUE(third.TryReceive<wire::ApiVersionsResponse>(4).ok());
}

TEST(Limits, MoreConnectionsOfOneAddressAreRefused) {
  Machine machine({.config = "max.connections.per.ip=2\n"});
  EXPECT_TRUE(Answers(machine.Connect()));
  EXPECT_TRUE(Answers(machine.Connect()));
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(machine.Connect().Closed());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  machine.client().stream().Shutdown();
  machine.RunFor(1s);
  EXPECT_TRUE(Answers(machine.Connect()));
}

TEST(Limits, ARequestTooLargeCloses) {
  Machine machine({.config = "socket.request.max.bytes=10000\n"});
  CreateTopic(machine.client(), "t");
  Client& bad = machine.Connect();
  std::vector<ToPartition> to{{0, Batch({std::string(10'000, 'x')}, machine.NowMs())}};
  bad.Send(ProduceOf("t", to), 12);
  EXPECT_TRUE(bad.Closed());
  Put(machine, "t", {std::string(9'000, 'x')});
}

// The budget is far smaller than what is sent at once.
TEST(Limits, ManyLargeProducesThroughASmallBudget) {
  Machine machine({.config = "queued.max.request.bytes=300000\n"});
  CreateTopic(machine.client(), "t", 2);
  std::vector<Client*> clients;
  const std::string value(200'000, 'x');
  for (int i = 0; i < 10; ++i) clients.push_back(&machine.Connect());
  for (int round = 0; round < 3; ++round) {
    for (Client* client : clients) {
      std::vector<ToPartition> to{{round % 2, Batch({value}, machine.NowMs())}};
      client->Send(ProduceOf("t", to), 12);
    }
    for (Client* client : clients) {
      const auto answer = client->Receive<wire::ProduceResponse>(12);
      EXPECT_EQ(answer.topics.at(0).partitions.at(0).error_code, wire::ErrorCode::kNone);
    }
  }
  EXPECT_EQ(ListOffset(machine.client(), "t", wire::kLatestTimestamp, 0).offset, 20);
}

TEST(Limits, WhoReadsNothingHarmsNobodyAndIsClosed) {
  Machine machine({.config = "connections.max.idle.ms=60000\n"});
  CreateTopic(machine.client(), "t", 1);
  for (int i = 0; i < 20; ++i) Put(machine, "t", {std::string(100'000, 'x')});
  Client& greedy = machine.Connect();
  for (int i = 0; i < 50; ++i) greedy.Send(FetchOf("t", {{0, 0, 10 << 20}}), kFetchVersion);
  for (int i = 0; i < 7; ++i) {
    machine.RunFor(20s);
    EXPECT_EQ(Get(machine.client(), "t", 19).size(), 1u);
  }
  machine.RunFor(1s);
  // What was sent before may still be there; then comes the end.
  int answers = 0;
  while (!greedy.Closed()) ++answers;
  EXPECT_LT(answers, 5);
}

TEST(Limits, AFetchWaitsNoLongerThanAConnectionMayBeIdle) {
  Machine machine({.config = "connections.max.idle.ms=60000\n"});
  CreateTopic(machine.client(), "t");
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.max_wait_ms = std::numeric_limits<int32_t>::max();
  const auto start = machine.world.clock().Now();
  machine.client().Call(request, kFetchVersion);
  EXPECT_GE(machine.world.clock().Now() - start, 60s);
  EXPECT_LT(machine.world.clock().Now() - start, 61s);
}

TEST(Limits, AFetchOfOnePartitionManyTimesDoesNotWait) {
  Machine machine;
  CreateTopic(machine.client(), "t");
  wire::FetchRequest request = FetchOf("t", std::vector<FromPartition>(1000));
  request.max_wait_ms = 60'000;
  const auto start = machine.world.clock().Now();
  EXPECT_EQ(machine.client().Call(request, kFetchVersion).topics.at(0).partitions.size(), 1000u);
  EXPECT_LT(machine.world.clock().Now() - start, 1s);
}

// Connections that go at any moment of their requests.
TEST(Limits, ClientsThatGoWhileTheyAreServed) {
  for (uint64_t i = 0; i < 30; ++i) {
    Machine machine({.sim = {.seed = Seed() + i}});
    CreateTopic(machine.client(), "t", 4, {{"flush.messages", "1"}});
    for (int n = 0; n < 6; ++n) {
      Client& client = machine.Connect();
      std::vector<ToPartition> to;
      for (int32_t p = 0; p < 4; ++p) to.push_back({p, Batch({"a"}, machine.NowMs())});
      client.Send(ProduceOf("t", to), 12);
      wire::FetchRequest request = FetchOf("t", {{0, 100}, {1, 0}, {2, 0}, {3, 0}});
      request.max_wait_ms = 100;
      client.Send(request, kFetchVersion);
      machine.RunFor(std::chrono::microseconds(200 * n * static_cast<int>(i % 7)));
      machine.world.net().Cut(client.stream());
    }
    if (i % 2 == 0) machine.RunFor(1s);
    machine.MustStop();
  }
}

// A stop at any moment, with requests of every kind under way on every shard.
TEST(Limits, AStopWhileRequestsAreUnderWay) {
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    Machine machine({.shards = 3, .sim = {.seed = Seed() + i}});
    CreateTopic(machine.client(), "t", 6);
    for (int n = 0; n < 6; ++n) {
      Client& client = machine.Connect();
      std::vector<ToPartition> to;
      for (int32_t p = 0; p < 6; ++p) to.push_back({p, Batch({"a"}, machine.NowMs())});
      client.Send(ProduceOf("t", to), 12);
      if (n % 3 == 0) client.Send(wire::MetadataRequest{}, 12);
      const std::string name = "new" + std::to_string(n);
      wire::CreateTopicsRequest create;
      create.topics.push_back({name, 3, 1});
      if (n % 3 == 1) client.Send(create, 7);
      wire::FetchRequest request = FetchOf("t", {{0, 100}, {1, 100}, {5, 100}});
      request.max_wait_ms = 10'000;
      client.Send(request, kFetchVersion);
    }
    machine.RunFor(std::chrono::microseconds(100 * i));
    machine.MustStop();
    machine.Start();
    machine.MustStop();
  }
}

}  // namespace
}  // namespace varve::broker::test
