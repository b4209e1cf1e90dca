#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/server/broker/group_words.h"
#include "tests/server/broker/requests.h"

// Groups as administrators see them.
namespace varve::broker::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using wire::ErrorCode;

struct GroupAdmin : testing::Test {
  GroupAdmin() {
    CreateTopic(machine.client(), "t", 4);
    FindCoordinator(machine.client(), "g");
  }

  ErrorCode Delete(std::string_view group) {
    wire::DeleteGroupsRequest request;
    request.groups_names.push_back(group);
    return machine.client().Call(request, 2).results.at(0).error_code;
  }

  std::vector<std::string> Ids(const std::vector<std::string_view>& states = {}) {
    std::vector<std::string> ids;
    for (const auto& group : ListGroups(machine.client(), states).groups) {
      ids.emplace_back(group.group_id);
    }
    return ids;
  }

  Machine machine{{.config = kGroupsConfig}};
};

TEST_F(GroupAdmin, AStableGroupIsDescribedInFull) {
  Member a(machine, "g", "t", "one");
  Settle({&a});
  const auto response = DescribeGroup(machine.client(), "g");
  const auto& group = response.groups.at(0);
  EXPECT_EQ(group.error_code, ErrorCode::kNone);
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.protocol_type, "consumer");
  EXPECT_EQ(group.protocol_data, "range");
  ASSERT_THAT(group.members, SizeIs(1));
  EXPECT_EQ(group.members[0].member_id, a.id());
  EXPECT_EQ(group.members[0].group_instance_id, "one");
  EXPECT_EQ(group.members[0].client_id, "test");
  EXPECT_EQ(group.members[0].client_host, "/127.0.0.1");
  EXPECT_FALSE(group.members[0].member_metadata.bytes.empty());
  EXPECT_EQ(AsText(group.members[0].member_assignment.bytes), "share of " + a.id());
}

TEST_F(GroupAdmin, AnUnknownGroupIsDead) {
  const auto older = DescribeGroup(machine.client(), "none", 5);
  EXPECT_EQ(older.groups.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(older.groups.at(0).group_state, "Dead");
  const auto newer = DescribeGroup(machine.client(), "none", 6);
  EXPECT_EQ(newer.groups.at(0).error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(newer.groups.at(0).group_state, "Dead");
  EXPECT_EQ(newer.groups.at(0).error_message, "Group none not found.");
}

TEST_F(GroupAdmin, GroupsOfAllShardsAreListed) {
  for (const std::string_view group : {"a", "b", "c", "d", "e"}) {
    CommitOffsets(machine.client(), group, {{"t", 0, 1}});
  }
  Member member(machine, "g", "t");
  Settle({&member});
  EXPECT_THAT(Ids(), testing::UnorderedElementsAre("a", "b", "c", "d", "e", "g"));
  EXPECT_THAT(Ids({"stable"}), ElementsAre("g"));
  EXPECT_THAT(Ids({"Empty"}), SizeIs(5));
  EXPECT_THAT(Ids({"Dead"}), IsEmpty());
  wire::ListGroupsRequest request;
  request.types_filter.push_back("Classic");
  request.states_filter.push_back("Stable");
  const auto response = machine.client().Call(request, 5);
  ASSERT_THAT(response.groups, SizeIs(1));
  EXPECT_EQ(response.groups[0].group_type, "classic");
  EXPECT_EQ(response.groups[0].protocol_type, "consumer");
}

TEST_F(GroupAdmin, AGroupWithMembersIsNotDeleted) {
  Member a(machine, "g", "t");
  Settle({&a});
  EXPECT_EQ(Delete("g"), ErrorCode::kNonEmptyGroup);
  EXPECT_EQ(Delete("none"), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(Delete(""), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupAdmin, ADeletedGroupStaysDeleted) {
  Member a(machine, "g", "t");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_EQ(Delete("g"), ErrorCode::kNone);
  EXPECT_THAT(Ids(), IsEmpty());
  machine.Crash(io::SimCrash::kProcess);
  machine.Start();
  AwaitGroups(machine, "g");
  EXPECT_THAT(Ids(), IsEmpty());
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), -1);
  EXPECT_EQ(Delete("g"), ErrorCode::kGroupIdNotFound);
}

// Whichever shards they are on, each answer is in its place.
TEST_F(GroupAdmin, OneRequestAsksForManyGroups) {
  constexpr int kGroups = 200;
  std::vector<std::string> ids;
  for (int i = 0; i < kGroups; ++i) {
    ids.push_back(i == 17 ? "" : fmt::format("group{}", i));
    if (i % 2 == 0) CommitOffsets(machine.client(), ids.back(), {{"t", 0, i}});
  }
  wire::DescribeGroupsRequest describe;
  wire::DeleteGroupsRequest remove;
  wire::OffsetFetchRequest fetch;
  for (const std::string& id : ids) {
    describe.groups.push_back(id);
    remove.groups_names.push_back(id);
    fetch.groups.emplace_back().group_id = id;
  }
  const auto described = machine.client().Call(describe, 5);
  const auto fetched = machine.client().Call(fetch, 8);
  remove.groups_names.push_back(ids[0]);
  const auto removed = machine.client().Call(remove, 2);
  ASSERT_THAT(described.groups, SizeIs(kGroups));
  ASSERT_THAT(fetched.groups, SizeIs(kGroups));
  ASSERT_THAT(removed.results, SizeIs(kGroups + 1));
  for (size_t i = 0; i < kGroups; ++i) {
    SCOPED_TRACE(i);
    const bool there = i % 2 == 0;
    EXPECT_EQ(described.groups[i].group_id, ids[i]);
    EXPECT_EQ(fetched.groups[i].group_id, ids[i]);
    EXPECT_EQ(removed.results[i].group_id, ids[i]);
    EXPECT_THAT(fetched.groups[i].topics, SizeIs(there ? 1 : 0));
    if (there) {
      EXPECT_EQ(described.groups[i].group_state, "Empty");
      EXPECT_EQ(fetched.groups[i].topics.at(0).partitions.at(0).committed_offset, i);
      EXPECT_EQ(removed.results[i].error_code, ErrorCode::kNone);
    } else if (ids[i].empty()) {
      EXPECT_EQ(described.groups[i].error_code, ErrorCode::kInvalidGroupId);
      EXPECT_EQ(removed.results[i].error_code, ErrorCode::kInvalidGroupId);
    } else {
      EXPECT_EQ(described.groups[i].group_state, "Dead");
      EXPECT_EQ(removed.results[i].error_code, ErrorCode::kGroupIdNotFound);
    }
  }
  EXPECT_EQ(removed.results.back().error_code, ErrorCode::kGroupIdNotFound);  // asked for twice
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_F(GroupAdmin, TheTopicOfOffsetsMayGo) {
  CommitOffsets(machine.client(), "g", {{"t", 0, 1}});
  Member a(machine, "g", "t");
  a.SendJoin();
  EXPECT_EQ(DeleteTopic(machine.client(), "__consumer_offsets"), ErrorCode::kNone);
  EXPECT_EQ(a.ReceiveJoin().error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(a.Heartbeat(), ErrorCode::kNotCoordinator);
  EXPECT_EQ(FindCoordinator(machine.client(), "g").error_code, ErrorCode::kNone);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), -1);
}

}  // namespace
}  // namespace varve::broker::test
