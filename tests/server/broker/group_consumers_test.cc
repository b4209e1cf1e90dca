#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "server/broker/group_calls.h"
#include "tests/server/broker/consumer_words.h"
#include "tests/server/broker/group_words.h"
#include "tests/server/broker/requests.h"

// Groups of the newer protocol, against a whole broker.
namespace varve::broker::test {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;
using wire::ErrorCode;

struct ConsumerGroups : testing::Test {
  ConsumerGroups() {
    CreateTopic(machine.client(), "t", 4);
    FindCoordinator(machine.client(), "g");
  }

  wire::ConsumerGroupDescribeResponse::Group DescribeIt(std::string_view group = "g") {
    wire::ConsumerGroupDescribeRequest request;
    request.group_ids.push_back(group);
    request.include_authorized_operations = true;
    described = machine.client().Call(request, 1);
    return described.groups.at(0);
  }
  ErrorCode Delete() {
    wire::DeleteGroupsRequest request;
    request.groups_names.emplace_back("g");
    return machine.client().Call(request, 2).results.at(0).error_code;
  }
  std::string StateAndType() {
    const auto listed = ListGroups(machine.client());
    if (listed.groups.size() != 1) return fmt::format("{} groups", listed.groups.size());
    return fmt::format("{} {}", listed.groups[0].group_state, listed.groups[0].group_type);
  }

  Machine machine{{.config = kGroupsConfig}};
  wire::ConsumerGroupDescribeResponse described;
};

TEST_F(ConsumerGroups, MembersShare) {
  Consumer a(machine, "a");
  Consumer b(machine, "b");
  Consumer c(machine, "c");
  SettleConsumers({&a, &b, &c});
  EXPECT_EQ(a.owned() + b.owned() + c.owned(), 4u);
  EXPECT_EQ(StateAndType(), "Stable consumer");
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  SettleConsumers({&b, &c});
  EXPECT_EQ(b.owned(), 2u);
  EXPECT_EQ(c.owned(), 2u);
}

TEST_F(ConsumerGroups, AMemberThatIsNotHeardOfLosesItsShare) {
  Consumer a(machine, "a");
  Consumer b(machine, "b");
  SettleConsumers({&a, &b});
  for (int i = 0; i < 10; ++i) {
    machine.RunFor(seconds(5));
    EXPECT_EQ(b.Beat(), ErrorCode::kNone);
  }
  EXPECT_EQ(b.owned(), 4u);
  EXPECT_EQ(a.Beat(), ErrorCode::kUnknownMemberId);
}

TEST_F(ConsumerGroups, NewPartitionsAreShared) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  wire::CreatePartitionsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.count = 9;
  request.timeout_ms = 1000;
  EXPECT_EQ(machine.client().Call(request, 3).results.at(0).error_code, ErrorCode::kNone);
  SettleConsumers({&a});
  EXPECT_EQ(a.owned(), 9u);
}

TEST_F(ConsumerGroups, AnExpressionNamesTopics) {
  CreateTopic(machine.client(), "tt", 3);
  wire::ConsumerGroupHeartbeatRequest request;
  request.group_id = "g";
  request.member_id = "a";
  request.rebalance_timeout_ms = 1000;
  request.subscribed_topic_regex = "t+";
  request.topic_partitions.emplace();
  const auto response = machine.client().Call(request, 1);
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  ASSERT_TRUE(response.assignment);
  EXPECT_THAT(response.assignment->topic_partitions, SizeIs(2));
  request.member_id = "b";
  request.subscribed_topic_regex = "[";
  const auto refused = machine.client().Call(request, 1);
  EXPECT_EQ(refused.error_code, ErrorCode::kInvalidRegularExpression);
  EXPECT_TRUE(refused.error_message);
}

TEST_F(ConsumerGroups, TheBrokerMakesIdsForOlderClients) {
  wire::ConsumerGroupHeartbeatRequest request;
  request.group_id = "g";
  request.rebalance_timeout_ms = 1000;
  request.subscribed_topic_names.emplace().emplace_back("t");
  request.topic_partitions.emplace();
  const auto response = machine.client().Call(request, 0);
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  ASSERT_TRUE(response.member_id);
  EXPECT_THAT(*response.member_id, SizeIs(22));
  EXPECT_EQ(machine.client().Call(request, 1).error_code, ErrorCode::kInvalidRequest);
  request.group_id = "";
  EXPECT_EQ(machine.client().Call(request, 0).error_code, ErrorCode::kInvalidRequest);
}

TEST_F(ConsumerGroups, GoOnAfterACrash) {
  Consumer a(machine, "a");
  Consumer b(machine, "b");
  SettleConsumers({&a, &b});
  EXPECT_EQ(a.Commit(0, 7, a.epoch()), ErrorCode::kNone);
  const int32_t epoch = a.epoch();
  machine.Crash(io::SimCrash::kProcess);
  machine.Start();
  AwaitGroups(machine, "g");
  EXPECT_EQ(StateAndType(), "Stable consumer");
  a.Reconnect(machine);
  b.Reconnect(machine);
  SettleConsumers({&a, &b});
  EXPECT_EQ(a.epoch(), epoch);
  EXPECT_EQ(a.owned(), 2u);
  EXPECT_EQ(b.owned(), 2u);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 7);
  machine.RunFor(seconds(46));
  EXPECT_EQ(StateAndType(), "Empty consumer");
}

TEST_F(ConsumerGroups, OnlyMembersOfTheEpochCommitAndFetch) {
  Consumer a(machine, "a");
  EXPECT_EQ(a.Commit(0, 1, 3), ErrorCode::kGroupIdNotFound);
  SettleConsumers({&a});
  EXPECT_EQ(a.Commit(0, 1, a.epoch()), ErrorCode::kNone);
  EXPECT_EQ(a.Commit(0, 2, a.epoch() + 1), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(a.Commit(0, 2, a.epoch(), 8), ErrorCode::kUnsupportedVersion);
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 5}}),
              testing::ElementsAre(ErrorCode::kUnknownMemberId));
  ErrorCode error = ErrorCode::kNone;
  EXPECT_EQ(a.Fetch(0, a.epoch(), error), 1);
  EXPECT_EQ(a.Fetch(0, a.epoch() + 1, error), -2);
  EXPECT_EQ(error, ErrorCode::kStaleMemberEpoch);
  Consumer stranger(machine, "b");
  EXPECT_EQ(stranger.Fetch(0, a.epoch(), error), -2);
  EXPECT_EQ(error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 1);  // an administrator may
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 5}}),
              testing::ElementsAre(ErrorCode::kNone));
}

TEST_F(ConsumerGroups, AreDescribed) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  const auto group = DescribeIt();
  EXPECT_EQ(group.error_code, ErrorCode::kNone);
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.group_epoch, a.epoch());
  EXPECT_EQ(group.assignment_epoch, a.epoch());
  EXPECT_EQ(group.assignor_name, "uniform");
  EXPECT_GE(group.authorized_operations, 0);
  ASSERT_THAT(group.members, SizeIs(1));
  const auto& member = group.members[0];
  EXPECT_EQ(member.member_id, "a");
  EXPECT_EQ(member.client_id, "test");
  EXPECT_EQ(member.client_host, "/127.0.0.1");
  EXPECT_EQ(member.member_type, wire::kConsumerMember);
  EXPECT_THAT(member.subscribed_topic_names, testing::ElementsAre("t"));
  ASSERT_THAT(member.assignment.topic_partitions, SizeIs(1));
  EXPECT_EQ(member.assignment.topic_partitions[0].topic_name, "t");
  EXPECT_THAT(member.target_assignment.topic_partitions[0].partitions, SizeIs(4));
  // Whoever asks for a classic group finds none.
  const auto classic = DescribeGroup(machine.client(), "g", 6);
  EXPECT_EQ(classic.groups.at(0).error_code, ErrorCode::kGroupIdNotFound);
  // Tools show what they are told of one that is not there at all.
  const auto none = DescribeIt("none");
  EXPECT_EQ(none.error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(none.error_message, "Group none not found.");
}

TEST_F(ConsumerGroups, AreDeletedWhenTheyAreEmpty) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  EXPECT_EQ(a.Commit(0, 7, a.epoch()), ErrorCode::kNone);
  EXPECT_EQ(Delete(), ErrorCode::kNonEmptyGroup);
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_EQ(StateAndType(), "Empty consumer");
  EXPECT_EQ(Delete(), ErrorCode::kNone);
  EXPECT_EQ(Delete(), ErrorCode::kGroupIdNotFound);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_EQ(StateAndType(), "0 groups");
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), -1);
}

TEST_F(ConsumerGroups, OffsetsOfTopicsThatAreReadStay) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  EXPECT_EQ(a.Commit(0, 7, a.epoch()), ErrorCode::kNone);
  wire::OffsetDeleteRequest request;
  request.group_id = "g";
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.partitions.push_back(0);
  EXPECT_EQ(machine.client().Call(request, 0).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kGroupSubscribedToTopic);
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_EQ(machine.client().Call(request, 0).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kNone);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), -1);
}

TEST_F(ConsumerGroups, AnEmptyClassicGroupBecomesOne) {
  Member old(machine, "g", "t");
  Settle({&old});
  EXPECT_EQ(old.Commit("t", 0, 7), ErrorCode::kNone);
  Consumer a(machine, "a");
  EXPECT_EQ(a.Beat(), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(old.Leave(), ErrorCode::kNone);
  SettleConsumers({&a});
  EXPECT_EQ(StateAndType(), "Stable consumer");
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 7);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_EQ(StateAndType(), "Stable consumer");
}

TEST_F(ConsumerGroups, AnEmptyOneBecomesAClassicGroup) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  EXPECT_EQ(a.Commit(0, 7, a.epoch()), ErrorCode::kNone);
  wire::JoinGroupRequest join;
  join.group_id = "g";
  join.session_timeout_ms = kSessionMs;
  join.protocol_type = "consumer";
  join.protocols.push_back({"range", {}});
  EXPECT_EQ(machine.client().Call(join, 7).error_code, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  Member newer(machine, "g", "t");
  Settle({&newer});
  EXPECT_EQ(StateAndType(), "Stable classic");
  EXPECT_EQ(a.Beat(), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 7);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_EQ(StateAndType(), "Stable classic");
}

TEST_F(ConsumerGroups, NobodyGetsAShareThatIsNotWritten) {
  machine.disk().Inject({.call = io::SimCall::kAppend,
                         .kind = io::SimFault::kNoSpace,
                         .path = fmt::format("/__consumer_offsets-{}", PartitionOfId("g", 4)),
                         .times = io::SimFault::kForever});
  Consumer a(machine, "a");
  EXPECT_EQ(a.Beat(), ErrorCode::kNotCoordinator);
  EXPECT_EQ(a.owned(), 0u);
  machine.disk().ClearFaults();
  machine.RunFor(seconds(5));
  SettleConsumers({&a});
  EXPECT_EQ(a.owned(), 4u);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_THAT(DescribeIt().members, SizeIs(1));
}

TEST_F(ConsumerGroups, DisappearWhenNothingIsLeftOfThem) {
  Consumer a(machine, "a");
  SettleConsumers({&a});
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  machine.RunFor(seconds(601));
  EXPECT_THAT(ListGroups(machine.Connect()).groups, IsEmpty());
}

}  // namespace
}  // namespace varve::broker::test
