#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "server/broker/group_calls.h"
#include "tests/server/broker/group_words.h"
#include "tests/server/broker/requests.h"

// Groups while the disk is slow, full, or the process is killed.
namespace varve::broker::test {
namespace {

using io::SimCall;
using io::SimFault;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using wire::ErrorCode;

std::string LogOf(std::string_view group) {
  return fmt::format("/__consumer_offsets-{}", PartitionOfId(group, 4));
}

void Prepare(Machine& machine) {
  CreateTopic(machine.client(), "t", 4);
  FindCoordinator(machine.client(), "g");
}

struct Slow : testing::TestWithParam<SimCall> {};

// Whether its log is still to be recovered, or still to be read.
TEST_P(Slow, ACoordinatorAnswersWhileItLoads) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  Member a(machine, "g", "t", "one");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  machine.Crash(io::SimCrash::kProcess);
  machine.disk().Inject({.call = GetParam(),
                         .kind = SimFault::kSlow,
                         .path = LogOf("g"),
                         .times = SimFault::kForever,
                         .delay = seconds(30)});
  machine.Start();
  a.Reconnect(machine);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(a.Commit("t", 0, 4), ErrorCode::kCoordinatorLoadInProgress);
  a.SendJoin();
  EXPECT_EQ(a.ReceiveJoin().error_code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(DescribeGroup(machine.client(), "g").groups.at(0).error_code,
            ErrorCode::kCoordinatorLoadInProgress);
  machine.disk().ClearFaults();
  machine.RunFor(seconds(60));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 3);
}

INSTANTIATE_TEST_SUITE_P(Calls, Slow, testing::Values(SimCall::kList, SimCall::kRead));

// What could not be read at first is there once it can be read.
TEST(Damage, ACoordinatorTriesAgain) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  Member a(machine, "g", "t", "one");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  machine.MustStop();
  machine.disk().Inject({.call = SimCall::kRead, .path = LogOf("g"), .times = SimFault::kForever});
  machine.Start();
  AwaitGroups(machine, "g");
  EXPECT_EQ(DescribeGroup(machine.client(), "g").groups.at(0).error_code,
            ErrorCode::kNotCoordinator);
  machine.RunFor(seconds(60));
  EXPECT_EQ(DescribeGroup(machine.client(), "g").groups.at(0).error_code,
            ErrorCode::kNotCoordinator);
  machine.disk().ClearFaults();
  machine.RunFor(seconds(60));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 3);
}

// A group that everybody has left has no members after a kill either.
TEST(Kill, WhoHasLeftIsGone) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  Member a(machine, "g", "t");
  Settle({&a});
  machine.disk().Inject({.call = SimCall::kAppend,
                         .kind = SimFault::kSlow,
                         .path = LogOf("g"),
                         .times = SimFault::kForever,
                         .delay = seconds(1)});
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  machine.Crash(io::SimCrash::kProcess);
  machine.Start();
  AwaitGroups(machine, "g");
  EXPECT_EQ(DescribeGroup(machine.client(), "g").groups.at(0).group_state, "Empty");
}

TEST(FullDisk, WhoLeavesHasLeft) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  Member a(machine, "g", "t");
  Settle({&a});
  machine.disk().Inject({.call = SimCall::kAppend,
                         .kind = SimFault::kNoSpace,
                         .path = LogOf("g"),
                         .times = SimFault::kForever});
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_EQ(DescribeGroup(machine.client(), "g").groups.at(0).group_state, "Empty");
}

TEST(FullDisk, WhatIsNotWrittenIsNotSo) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  CommitOffsets(machine.client(), "g", {{"t", 0, 5}});
  machine.disk().Inject({.call = SimCall::kAppend,
                         .kind = SimFault::kNoSpace,
                         .path = LogOf("g"),
                         .times = SimFault::kForever});
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 6}}),
              ElementsAre(ErrorCode::kNotCoordinator));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 5);
  wire::DeleteGroupsRequest request;
  request.groups_names.emplace_back("g");
  EXPECT_EQ(machine.client().Call(request, 2).results.at(0).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 5);
  machine.disk().ClearFaults();
  machine.RunFor(seconds(10));
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 7}}), ElementsAre(ErrorCode::kNone));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 7);
}

TEST(FullDisk, NobodyGetsAShareThatIsNotWritten) {
  Machine machine({.config = kGroupsConfig});
  Prepare(machine);
  Member a(machine, "g", "t");
  a.SendJoin();
  EXPECT_EQ(a.ReceiveJoin().error_code, ErrorCode::kNone);
  machine.disk().Inject({.call = SimCall::kAppend,
                         .kind = SimFault::kNoSpace,
                         .path = LogOf("g"),
                         .times = SimFault::kForever});
  a.SendSync();
  EXPECT_EQ(a.client().Receive<wire::SyncGroupResponse>(5).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kRebalanceInProgress);
  machine.disk().ClearFaults();
  machine.RunFor(seconds(5));
  Settle({&a});
}

// Commits one after the other, and the process is killed at some moment: what is found is the last
// one that was acknowledged, or a later one that was on its way.
TEST(Kill, NoAcknowledgedCommitIsLost) {
  constexpr int64_t kCommits = 20;
  constexpr uint64_t kSeeds = 30;
  for (uint64_t i = 0; i < kSeeds; ++i) {
    SCOPED_TRACE(Seed() + i);
    Machine machine({.config = kGroupsConfig, .sim = {.seed = Seed() + i}});
    Prepare(machine);
    Client& client = machine.Connect();
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.topics.emplace_back().name = "t";
    for (int64_t offset = 1; offset <= kCommits; ++offset) {
      request.topics[0].partitions = {{0, offset, -1, ""}};
      client.Send(request, 8);
    }
    io::Random random(Seed() + i);
    int64_t acknowledged = 0;
    for (uint64_t more = random.Next() % kCommits; more > 0; --more) {
      const auto response = client.Receive<wire::OffsetCommitResponse>(8);
      ASSERT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
      ++acknowledged;
    }
    machine.Crash(io::SimCrash::kProcess);
    machine.Start();
    AwaitGroups(machine, "g");
    const int64_t found = FetchOffset(machine.client(), "g", "t");
    EXPECT_GE(found, acknowledged == 0 ? -1 : acknowledged);
    EXPECT_LE(found, kCommits);
  }
}

// Two at once, in one log: each finds its own.
TEST(Commits, ThoseThatComeTogetherAreWrittenTogether) {
  Machine machine({.config = "offsets.topic.num.partitions=1\n"});
  Prepare(machine);
  std::vector<Client*> clients;
  std::vector<std::string> groups;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(&machine.Connect());
    groups.push_back(fmt::format("group{}", i));
  }
  wire::OffsetCommitRequest request;
  request.topics.emplace_back().name = "t";
  for (size_t i = 0; i < clients.size(); ++i) {
    request.group_id = groups[i];
    request.topics[0].partitions = {{0, static_cast<int64_t>(i), -1, ""}};
    clients[i]->Send(request, 8);
  }
  for (Client* client : clients) {
    const auto response = client->Receive<wire::OffsetCommitResponse>(8);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  }
  machine.Restart();
  AwaitGroups(machine, "g");
  for (size_t i = 0; i < groups.size(); ++i) {
    EXPECT_EQ(FetchOffset(machine.client(), groups[i], "t"), static_cast<int64_t>(i));
  }
}

}  // namespace
}  // namespace varve::broker::test
