#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/server/broker/group_words.h"
#include "tests/server/broker/requests.h"

// Committed offsets: who may commit, what is found, and what survives.
namespace varve::broker::test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using wire::ErrorCode;

struct GroupOffsets : testing::Test {
  explicit GroupOffsets(std::string_view config = kGroupsConfig) : machine({.config = config}) {
    CreateTopic(machine.client(), "t", 4);
    FindCoordinator(machine.client(), "g");
  }

  Machine machine;
};

struct SoonExpired : GroupOffsets {
  SoonExpired()
      : GroupOffsets(
            "offsets.topic.num.partitions=4\ngroup.initial.rebalance.delay.ms=0\n"
            "offsets.retention.minutes=1\noffsets.retention.check.interval.ms=1000\n") {}
};

TEST_F(GroupOffsets, WhatWasCommittedIsFetched) {
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 5}, {"t", 3, 7}}),
              ElementsAre(ErrorCode::kNone, ErrorCode::kNone));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 5);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 3), 7);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 1), -1);
  EXPECT_EQ(FetchOffset(machine.client(), "other", "t", 0), -1);
  CommitOffsets(machine.client(), "g", {{"t", 0, 2}});
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 2);
}

TEST_F(GroupOffsets, AnAcknowledgedCommitOutlivesTheProcess) {
  for (int64_t round = 1; round <= 5; ++round) {
    CommitOffsets(machine.client(), "g", {{"t", 0, round}});
    CommitOffsets(machine.client(), "h", {{"t", 1, 10 * round}});
    machine.Crash(io::SimCrash::kProcess);
    machine.Start();
    AwaitGroups(machine, "g");
    AwaitGroups(machine, "h");
    EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), round);
    EXPECT_EQ(FetchOffset(machine.client(), "h", "t", 1), 10 * round);
  }
}

TEST_F(GroupOffsets, EntriesFailOneByOne) {
  const std::string long_text(4097, 'x');
  const auto errors = CommitOffsets(machine.client(), "g",
                                    {{"t", 0, 1, std::string_view(long_text).substr(1)},
                                     {"t", 1, 1, long_text},
                                     {"t", 4, 1},
                                     {"missing", 0, 1}});
  EXPECT_THAT(errors, ElementsAre(ErrorCode::kNone, ErrorCode::kOffsetMetadataTooLarge,
                                  ErrorCode::kUnknownTopicOrPartition,
                                  ErrorCode::kUnknownTopicOrPartition));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 1);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 1), -1);
}

TEST_F(GroupOffsets, OnlyMembersCommitWhileThereAreAny) {
  Member a(machine, "g", "t");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 9}}),
              ElementsAre(ErrorCode::kUnknownMemberId));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 3);
  Member stranger(machine, "new", "t");
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  EXPECT_THAT(CommitOffsets(machine.client(), "g", {{"t", 0, 9}}), ElementsAre(ErrorCode::kNone));
}

TEST_F(GroupOffsets, AGenerationOfAnUnknownGroupIsRefused) {
  wire::OffsetCommitRequest request;
  request.group_id = "nobody";
  request.generation_id_or_member_epoch = 1;
  request.member_id = "m";
  request.topics.emplace_back().name = "t";
  request.topics[0].partitions.push_back({0, 1, -1, ""});
  EXPECT_EQ(machine.client().Call(request, 8).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kIllegalGeneration);
  EXPECT_EQ(machine.client().Call(request, 9).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kGroupIdNotFound);
}

TEST_F(GroupOffsets, EveryVersionCommitsAndFetches) {
  const Uuid id = TopicId(machine.client(), "t");
  for (int version = 2; version <= 10; ++version) {
    wire::OffsetCommitRequest commit;
    commit.group_id = "g";
    auto& topic = commit.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = id;
    topic.partitions.push_back({0, version, 0, "m"});
    EXPECT_EQ(machine.client().Call(commit, version).topics.at(0).partitions.at(0).error_code,
              ErrorCode::kNone);

    wire::OffsetFetchRequest fetch;
    fetch.group_id = "g";
    auto& asked = fetch.topics.emplace().emplace_back();
    asked.name = "t";
    asked.topic_id = id;
    asked.partition_indexes = {0, 1};
    fetch.groups.push_back({"g", std::nullopt, -1, fetch.topics});
    const auto response = machine.client().Call(fetch, version);
    const auto& topics = version < 8 ? response.topics : response.groups.at(0).topics;
    ASSERT_THAT(topics, SizeIs(1));
    EXPECT_EQ(topics[0].partitions.at(0).committed_offset, version);
    EXPECT_EQ(topics[0].partitions.at(0).metadata, "m");
    EXPECT_EQ(topics[0].partitions.at(1).committed_offset, -1);
    EXPECT_EQ(topics[0].partitions.at(1).metadata, "");
  }
}

TEST_F(GroupOffsets, SeveralGroupsAndAllTopicsAreFetchedAtOnce) {
  CommitOffsets(machine.client(), "g", {{"t", 0, 5}, {"t", 2, 6}});
  CommitOffsets(machine.client(), "h", {{"t", 1, 7}});
  wire::OffsetFetchRequest request;
  request.groups.push_back({"g", std::nullopt, -1, std::nullopt});
  request.groups.push_back({"h", std::nullopt, -1, std::nullopt});
  request.groups.push_back({"unknown", std::nullopt, -1, std::nullopt});
  request.require_stable = true;
  for (const int version : {8, 9, 10}) {
    const auto response = machine.client().Call(request, version);
    ASSERT_THAT(response.groups, SizeIs(3));
    ASSERT_THAT(response.groups[0].topics, SizeIs(1));
    EXPECT_THAT(response.groups[0].topics[0].partitions, SizeIs(2));
    EXPECT_EQ(response.groups[1].topics.at(0).partitions.at(0).committed_offset, 7);
    EXPECT_THAT(response.groups[2].topics, IsEmpty());
    EXPECT_EQ(response.groups[2].error_code, ErrorCode::kNone);
  }
}

TEST_F(GroupOffsets, DeletedOffsetsStayDeleted) {
  CommitOffsets(machine.client(), "g", {{"t", 0, 5}, {"t", 1, 6}});
  wire::OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"t", {0, 2}});
  const auto response = machine.client().Call(request, 0);
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), -1);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 1), 6);
  request.group_id = "unknown";
  EXPECT_EQ(machine.client().Call(request, 0).error_code, ErrorCode::kGroupIdNotFound);
}

TEST_F(GroupOffsets, WhatMembersReadIsNotDeleted) {
  CreateTopic(machine.client(), "unread", 1);
  Member a(machine, "g", "t");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  EXPECT_EQ(a.Commit("unread", 0, 3), ErrorCode::kNone);
  wire::OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"t", {0}});
  request.topics.push_back({"unread", {0}});
  const auto response = machine.client().Call(request, 0);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kGroupSubscribedToTopic);
  EXPECT_EQ(response.topics.at(1).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 3);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "unread"), -1);
}

TEST_F(SoonExpired, OffsetsThatNobodyNeedsGo) {
  CommitOffsets(machine.client(), "g", {{"t", 0, 5}});
  machine.RunFor(milliseconds(30'000));
  CommitOffsets(machine.client(), "g", {{"t", 1, 6}});
  machine.RunFor(milliseconds(32'000));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), -1);
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 1), 6);
  machine.RunFor(milliseconds(30'000));
  EXPECT_THAT(ListGroups(machine.client()).groups, IsEmpty());
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_THAT(ListGroups(machine.client()).groups, IsEmpty());
}

TEST_F(SoonExpired, OffsetsThatMembersReadStay) {
  Member a(machine, "g", "t");
  Settle({&a});
  EXPECT_EQ(a.Commit("t", 0, 3), ErrorCode::kNone);
  for (int i = 0; i < 20; ++i) {
    machine.RunFor(milliseconds(5'000));
    EXPECT_EQ(a.Heartbeat(), ErrorCode::kNone);
  }
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 3);
  EXPECT_EQ(a.Leave(), ErrorCode::kNone);
  machine.RunFor(milliseconds(50'000));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), 3);
  machine.RunFor(milliseconds(12'000));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t", 0), -1);
}

TEST_F(SoonExpired, AClientMayAskForAnotherTime) {
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.retention_time_ms = 10'000;
  request.topics.emplace_back().name = "t";
  request.topics[0].partitions.push_back({0, 1, -1, ""});
  EXPECT_EQ(machine.client().Call(request, 3).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kNone);
  machine.Restart();
  AwaitGroups(machine, "g");
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), 1);
  machine.RunFor(milliseconds(12'000));
  EXPECT_EQ(FetchOffset(machine.client(), "g", "t"), -1);
}

}  // namespace
}  // namespace varve::broker::test
