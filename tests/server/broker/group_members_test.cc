#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "server/broker/group_calls.h"
#include "tests/server/broker/group_words.h"
#include "tests/server/broker/requests.h"

// Members of groups: what they hear when others come, go, and when the broker does.
namespace varve::broker::test {
namespace {

using std::chrono::milliseconds;
using testing::SizeIs;
using wire::ErrorCode;

struct Groups : testing::Test {
  Groups() {
    CreateTopic(machine.client(), "t", 4);
    FindCoordinator(machine.client(), "g");
  }

  Machine machine{{.config = kGroupsConfig}};
};

TEST(PartitionOfId, IsKafkas) {
  EXPECT_EQ(PartitionOfId("my-group", 50), 12);
  EXPECT_EQ(PartitionOfId("my-group", 16), 2);
  EXPECT_EQ(PartitionOfId("test-group", 50), 12);
  EXPECT_EQ(PartitionOfId("test-group", 16), 4);
  EXPECT_EQ(PartitionOfId("g1", 50), 42);
  EXPECT_EQ(PartitionOfId("my-tx", 50), 11);
  EXPECT_EQ(PartitionOfId("group-\xc3\xa9", 50), 33);
  EXPECT_EQ(PartitionOfId("polygenelubricants", 50), 0);
  EXPECT_EQ(PartitionOfId("", 50), 0);
  // U+1F600 is two units, 0xd83d and 0xde00; what is no UTF-8 is U+FFFD.
  EXPECT_EQ(PartitionOfId("\xf0\x9f\x98\x80", 50), (0xd83d * 31 + 0xde00) % 50);
  EXPECT_EQ(PartitionOfId("\xff", 50), 0xfffd % 50);
  EXPECT_EQ(PartitionOfId("\xe2\x82", 50), 0xfffd % 50);
}

TEST(FindCoordinator, MakesTheTopicOfOffsets) {
  Machine machine({.config = kGroupsConfig});
  EXPECT_EQ(Describe(machine.client(), "__consumer_offsets").error_code,
            ErrorCode::kUnknownTopicOrPartition);
  const auto found = FindCoordinator(machine.client(), "g");
  EXPECT_EQ(found.error_code, ErrorCode::kNone);
  EXPECT_EQ(found.port, 9092);
  const auto topic = Describe(machine.client(), "__consumer_offsets");
  EXPECT_TRUE(topic.is_internal);
  EXPECT_THAT(topic.partitions, SizeIs(4));
}

TEST(FindCoordinator, EveryVersionIsAnswered) {
  Machine machine({.config = kGroupsConfig});
  for (int version = 0; version <= 6; ++version) {
    wire::FindCoordinatorRequest request;
    request.key = "g";
    request.coordinator_keys = {"g", "h"};
    const auto response = machine.client().Call(request, version);
    if (version < 4) {
      EXPECT_EQ(response.error_code, ErrorCode::kNone);
      EXPECT_EQ(response.host, "127.0.0.1");
    } else {
      ASSERT_THAT(response.coordinators, SizeIs(2));
      EXPECT_EQ(response.coordinators[1].key, "h");
      EXPECT_EQ(response.coordinators[1].error_code, ErrorCode::kNone);
    }
  }
}

TEST(FindCoordinator, TransactionsHaveNone) {
  Machine machine;
  wire::FindCoordinatorRequest request;
  request.key = "tx";
  request.key_type = wire::kTransactionCoordinator;
  const auto response = machine.client().Call(request, 3);
  EXPECT_EQ(response.error_code, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(response.node_id, -1);
  request.key_type = 7;
  EXPECT_EQ(machine.client().Call(request, 3).error_code, ErrorCode::kInvalidRequest);
}

TEST(FindCoordinator, WithoutTheTopicNobodyIsTheCoordinator) {
  Machine machine({.config = kGroupsConfig});
  wire::HeartbeatRequest request;
  request.group_id = "g";
  EXPECT_EQ(machine.client().Call(request, 4).error_code, ErrorCode::kNotCoordinator);
}

TEST_F(Groups, TwoShareTheWork) {
  Member a(machine, "g", "t");
  Member b(machine, "g", "t");
  Settle({&a, &b});
  EXPECT_NE(a.leads(), b.leads());
  EXPECT_EQ(a.generation(), 1);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(b.Heartbeat(), ErrorCode::kNone);
}

TEST_F(Groups, AnEmptyIdIsNoGroups) {
  Member a(machine, "", "t", "static");
  a.SendJoin();
  EXPECT_EQ(a.ReceiveJoin().error_code, ErrorCode::kInvalidGroupId);
}

TEST_F(Groups, ANewcomerMakesTheOthersJoinAgain) {
  Member a(machine, "g", "t");
  Settle({&a});
  Member b(machine, "g", "t");
  b.SendJoin();
  machine.RunFor(milliseconds(10));
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kRebalanceInProgress);
  a.SendJoin();
  EXPECT_EQ(a.ReceiveJoin().generation_id, 2);
  EXPECT_EQ(b.ReceiveJoin().generation_id, 2);
  EXPECT_TRUE(a.leads());
}

TEST_F(Groups, ASilentMemberIsGoneAfterItsSession) {
  Member a(machine, "g", "t");
  Member b(machine, "g", "t");
  Settle({&a, &b});
  for (int i = 0; i < 2; ++i) {
    machine.RunFor(milliseconds(kSessionMs * 2 / 3));
    a.Heartbeat();
  }
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kRebalanceInProgress);
  Settle({&a});
  EXPECT_EQ(a.generation(), 2);
  EXPECT_EQ(b.Heartbeat(), ErrorCode::kUnknownMemberId);
}

TEST_F(Groups, WhoLeavesIsMissedAtOnce) {
  Member a(machine, "g", "t");
  Member b(machine, "g", "t");
  Settle({&a, &b});
  EXPECT_EQ(b.Leave(), ErrorCode::kNone);
  EXPECT_EQ(b.Leave(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kRebalanceInProgress);
}

TEST_F(Groups, LeavingByItselfIsAnsweredAtTheTop) {
  Member a(machine, "g", "t");
  Settle({&a});
  wire::LeaveGroupRequest request;
  request.group_id = "g";
  request.member_id = "nobody";
  EXPECT_EQ(a.client().Call(request, 2).error_code, ErrorCode::kUnknownMemberId);
  request.member_id = a.id();
  EXPECT_EQ(a.client().Call(request, 2).error_code, ErrorCode::kNone);
}

TEST_F(Groups, AGroupGoesOnAfterARestart) {
  for (const bool crash : {false, true}) {
    Member a(machine, "g", "t", "one");
    Member b(machine, "g", "t", "two");
    Settle({&a, &b});
    if (crash) {
      machine.Crash(io::SimCrash::kProcess);
      machine.Start();
    } else {
      machine.Restart();
    }
    AwaitGroups(machine, "g");
    a.Reconnect(machine);
    b.Reconnect(machine);
    EXPECT_EQ(a.Heartbeat(), ErrorCode::kNone);
    EXPECT_EQ(b.Heartbeat(), ErrorCode::kNone);
    b.SendSync();
    EXPECT_EQ(b.ReceiveSync(), "share of " + b.id());
    machine.RunFor(milliseconds(2 * kSessionMs));
  }
}

TEST_F(Groups, AStopDoesNotWaitForMembers) {
  Member a(machine, "g", "t");
  a.SendJoin();
  const auto before = machine.shard(0).Now();
  machine.MustStop();
  machine.Start();
  EXPECT_LT(machine.shard(0).Now() - before, milliseconds(100));
}

TEST_F(Groups, ManyJoinAtOnceAndSettleInOneGeneration) {
  constexpr size_t kMembers = 30;
  std::vector<std::unique_ptr<Member>> members;
  std::vector<Member*> all;
  for (size_t i = 0; i < kMembers; ++i) {
    members.push_back(std::make_unique<Member>(machine, "g", "t"));
    all.push_back(members.back().get());
  }
  Settle(all);
  EXPECT_EQ(members[0]->generation(), 1);
}

}  // namespace
}  // namespace varve::broker::test
