#include "server/coordinator/consumer/group.h"

#include <gtest/gtest.h>

#include "tests/server/coordinator/consumer/consumer_bed.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

TEST(ConsumerGroup, GivesAllToItsFirstMember) {
  ConsumerBed bed;
  EXPECT_TRUE(bed.group.unused());
  FakeConsumer one{.id = "one"};
  const HeartbeatAnswer answer = bed.Beat(one);
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.member_id, "one");
  EXPECT_EQ(answer.epoch, 1);
  EXPECT_EQ(answer.heartbeat_interval_ms, 5000);
  EXPECT_EQ(answer.assignment, Of(1, {0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(bed.group.state(), ConsumerState::kStable);
}

TEST(ConsumerGroup, MovesPartitionsOnlyWhenTheyHaveBeenGivenUp) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  FakeConsumer two{.id = "two"};
  bed.Beat(one);
  EXPECT_EQ(bed.Beat(two).assignment, Assignment());  // all belong to another
  EXPECT_EQ(bed.group.state(), ConsumerState::kReconciling);
  EXPECT_EQ(two.epoch, 2);
  // Told to give up half of it, it holds all of it still.
  const HeartbeatAnswer told = bed.BeatHolding(one);
  ASSERT_TRUE(told.assignment);
  EXPECT_EQ(told.assignment->size(), 3u);
  EXPECT_EQ(told.epoch, 1);
  bed.Beat(two);
  EXPECT_TRUE(two.owned.empty());
  one.owned = *told.assignment;
  EXPECT_EQ(bed.Beat(one).epoch, 2);
  bed.Beat(two);
  EXPECT_EQ(two.owned.size(), 3u);
  EXPECT_EQ(bed.group.state(), ConsumerState::kStable);
  EXPECT_EQ(Union(one.owned, two.owned), Of(1, {0, 1, 2, 3, 4, 5}));
}

TEST(ConsumerGroup, GivesTheShareOfWhoLeavesToTheOthers) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  FakeConsumer two{.id = "two"};
  bed.Settle({&one, &two});
  EXPECT_EQ(bed.Leave(two).epoch, -1);
  EXPECT_EQ(bed.group.state(), ConsumerState::kAssigning);
  bed.Settle({&one});
  EXPECT_EQ(one.owned.size(), 6u);
  EXPECT_EQ(bed.Leave(two).error, ErrorCode::kUnknownMemberId);
  bed.Leave(one);
  EXPECT_EQ(bed.group.state(), ConsumerState::kEmpty);
  EXPECT_FALSE(bed.group.unused());
}

TEST(ConsumerGroup, RemovesMembersThatAreNotHeardOf) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  FakeConsumer two{.id = "two"};
  bed.Settle({&one, &two});
  bed.Pass(ConsumerBed::kSessionMs - 1);
  bed.Beat(one);
  EXPECT_EQ(bed.group.Describe().members.size(), 2u);
  bed.Pass(1);
  EXPECT_EQ(bed.group.Describe().members.size(), 1u);
  bed.Settle({&one});
  EXPECT_EQ(one.owned.size(), 6u);
  EXPECT_EQ(bed.Beat(two).error, ErrorCode::kUnknownMemberId);
}

TEST(ConsumerGroup, RemovesMembersThatDoNotGiveUpInTime) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .rebalance_ms = 7000};
  FakeConsumer two{.id = "two"};
  bed.Beat(one);
  bed.Beat(two);
  bed.BeatHolding(one);
  for (int i = 0; i < 6; ++i) {
    bed.Pass(1000);
    bed.BeatHolding(one);  // it is alive
    bed.Beat(two);
  }
  EXPECT_TRUE(two.owned.empty());
  bed.Pass(1000);
  EXPECT_EQ(bed.BeatHolding(one).error, ErrorCode::kUnknownMemberId);
  bed.Settle({&two});
  EXPECT_EQ(two.owned.size(), 6u);
}

TEST(ConsumerGroup, FencesWhoComesWithAnotherEpoch) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  FakeConsumer two{.id = "two"};
  bed.Settle({&one, &two});
  FakeConsumer late = one;
  late.epoch = one.epoch + 1;
  EXPECT_EQ(bed.Beat(late).error, ErrorCode::kFencedMemberEpoch);
  FakeConsumer stranger{.id = "three", .epoch = 2};
  EXPECT_EQ(bed.Beat(stranger).error, ErrorCode::kUnknownMemberId);
  // Joining again is always allowed.
  FakeConsumer again{.id = "one"};
  EXPECT_EQ(bed.Beat(again).epoch, one.epoch);
  EXPECT_EQ(again.owned, one.owned);
}

TEST(ConsumerGroup, AcceptsTheEpochBeforeOfWhoMissedAnAnswer) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  bed.Beat(one);
  FakeConsumer before = one;
  bed.topics.Set("a", 1, 8);
  bed.Beat(one);
  EXPECT_EQ(one.epoch, 2);
  EXPECT_EQ(bed.Beat(before).epoch, 2);
  // But not with partitions that are not its own.
  before.epoch = 1;
  before.owned = Of(9, {0});
  EXPECT_EQ(bed.Beat(before).error, ErrorCode::kFencedMemberEpoch);
}

TEST(ConsumerGroup, FollowsTopics) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .topics = {"a", "b"}};
  bed.Beat(one);
  EXPECT_EQ(one.epoch, 1);
  bed.topics.Set("c", 3, 1);  // nobody reads it
  bed.Beat(one);
  EXPECT_EQ(one.epoch, 1);
  bed.topics.Set("b", 2, 1);
  bed.Beat(one);
  EXPECT_EQ(one.epoch, 2);
  EXPECT_EQ(one.owned.size(), 7u);
  bed.topics.Set("a", 1, 9);
  bed.Beat(one);
  EXPECT_EQ(one.owned.size(), 10u);
  bed.topics.Remove("a");
  bed.Settle({&one});
  EXPECT_EQ(one.owned, Of(2, {0}));
  // A topic of the same name is another one.
  bed.topics.Set("b", 5, 1);
  bed.Settle({&one});
  EXPECT_EQ(one.owned, Of(5, {0}));
}

TEST(ConsumerGroup, FollowsSubscriptions) {
  ConsumerBed bed;
  bed.topics.Set("b", 2, 2);
  FakeConsumer one{.id = "one"};
  bed.Beat(one);
  one.topics = {"b"};
  bed.Settle({&one});
  EXPECT_EQ(one.owned, Of(2, {0, 1}));
  EXPECT_EQ(bed.group.SubscribedTopics(), TopicSet{"b"});
}

TEST(ConsumerGroup, ResolvesExpressions) {
  ConsumerBed bed;
  bed.topics.Set("ab", 2, 1);
  FakeConsumer one{.id = "one", .topics = {}, .regex = "a.*"};
  bed.Beat(one);
  EXPECT_EQ(one.owned.size(), 7u);
  bed.topics.Set("xa", 3, 1);  // the whole name counts
  bed.topics.Set("abc", 4, 2);
  bed.Beat(one);
  EXPECT_EQ(one.owned.size(), 9u);
  EXPECT_EQ(bed.stored.expressions.at("a.*").topics, (std::vector<std::string>{"a", "ab", "abc"}));
  one.topics = {"xa"};
  one.regex = "";
  bed.Settle({&one});
  EXPECT_EQ(one.owned, Of(3, {0}));
  EXPECT_TRUE(bed.stored.expressions.empty());
  FakeConsumer wrong{.id = "two", .regex = "a("};
  EXPECT_EQ(bed.Beat(wrong).error, ErrorCode::kInvalidRegularExpression);
}

TEST(ConsumerGroup, DividesAsMostMembersAsk) {
  ConsumerBed bed;
  EXPECT_EQ(bed.group.Describe().assignor, "uniform");
  FakeConsumer one{.id = "one", .assignor = "range"};
  FakeConsumer two{.id = "two"};
  bed.Settle({&one, &two});
  EXPECT_EQ(bed.group.Describe().assignor, "range");
  EXPECT_EQ(one.owned, Of(1, {0, 1, 2}));
  FakeConsumer other{.id = "three", .assignor = "sticky"};
  EXPECT_EQ(bed.Beat(other).error, ErrorCode::kUnsupportedAssignor);
}

TEST(ConsumerGroup, HasAsManyMembersAsItMay) {
  ConsumerBed bed({.size_max = 1});
  FakeConsumer one{.id = "one"};
  FakeConsumer two{.id = "two"};
  bed.Beat(one);
  EXPECT_EQ(bed.Beat(two).error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(bed.Beat(one).error, ErrorCode::kNone);
}

TEST(ConsumerGroup, KeepsThePlaceOfAStaticMember) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .instance_id = "i"};
  FakeConsumer two{.id = "two", .instance_id = "j"};
  bed.Settle({&one, &two});
  FakeConsumer rival{.id = "three", .instance_id = "i"};
  EXPECT_EQ(bed.Beat(rival).error, ErrorCode::kUnreleasedInstanceId);
  EXPECT_EQ(bed.Leave(one, -2).epoch, -2);
  bed.Settle({&two});
  EXPECT_EQ(two.owned.size(), 3u);
  const int32_t epoch = two.epoch;
  EXPECT_EQ(bed.Beat(rival).error, ErrorCode::kNone);
  EXPECT_EQ(rival.owned, one.owned);
  EXPECT_EQ(rival.epoch, epoch);  // no new division
  EXPECT_EQ(bed.Beat(one).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.Leave(one).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.group.Describe().members.size(), 2u);
}

TEST(ConsumerGroup, WaitsForAStaticMemberOnlyForItsSession) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .instance_id = "i"};
  FakeConsumer two{.id = "two"};
  bed.Settle({&one, &two});
  bed.Leave(one, -2);
  bed.Pass(ConsumerBed::kSessionMs - 1);
  bed.Beat(two);
  bed.Pass(1);
  bed.Settle({&two});
  EXPECT_EQ(two.owned.size(), 6u);
}

TEST(ConsumerGroup, ChecksWhoCommitsAndFetches) {
  ConsumerBed bed;
  EXPECT_EQ(bed.group.CheckCommit({}, true), ErrorCode::kNone);  // nobody is here
  FakeConsumer one{.id = "one"};
  bed.Beat(one);
  EXPECT_EQ(bed.group.CheckCommit({"one", {}, 1}, true), ErrorCode::kNone);
  EXPECT_EQ(bed.group.CheckCommit({"one", {}, 2}, true), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(bed.group.CheckCommit({"one", {}, 1}, false), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(bed.group.CheckCommit({"", {}, -1}, true), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(bed.group.CheckFetch("one", 1), ErrorCode::kNone);
  EXPECT_EQ(bed.group.CheckFetch("one", 0), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(bed.group.CheckFetch("two", 1), ErrorCode::kUnknownMemberId);
}

TEST(ConsumerGroup, WritesNothingWhenNothingChanges) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  bed.Settle({&one});
  const size_t records = bed.records.size();
  bed.Pass(5000);
  bed.Beat(one);
  EXPECT_EQ(bed.records.size(), records);
}

TEST(ConsumerGroup, GoesOnFromItsRecords) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .instance_id = "i", .assignor = "range"};
  FakeConsumer two{.id = "two", .topics = {}, .regex = "a"};
  bed.Settle({&one, &two});
  bed.topics.Set("a", 1, 8);
  bed.Beat(one);  // and two has not heard of it yet
  const ConsumerGroupDescription before = bed.group.Describe();
  bed.Reload();
  const ConsumerGroupDescription after = bed.group.Describe();
  EXPECT_EQ(after.state, before.state);
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_EQ(after.target_epoch, before.target_epoch);
  ASSERT_EQ(after.members.size(), before.members.size());
  for (size_t i = 0; i < after.members.size(); ++i) {
    EXPECT_EQ(after.members[i].facts, before.members[i].facts);
    EXPECT_EQ(after.members[i].assigned, before.members[i].assigned);
    EXPECT_EQ(after.members[i].target, before.members[i].target);
  }
  bed.Settle({&one, &two});
  EXPECT_EQ(bed.group.Describe().epoch, before.epoch);  // nothing is new
  EXPECT_EQ(Union(one.owned, two.owned).size(), 8u);
  bed.Pass(ConsumerBed::kSessionMs);
  EXPECT_TRUE(bed.group.empty());
}

TEST(ConsumerGroup, WritesAgainWhatWasNotWritten) {
  ConsumerBed bed;
  const FakeConsumer one{.id = "one"};
  HeartbeatCall call{.member_id = "one", .rebalance_timeout_ms = 1000};
  call.topics = std::vector<std::string_view>{"a"};
  call.owned = Assignment();
  bed.group.Heartbeat(call, bed.now());
  const ConsumerGroup::Changes lost = bed.group.Take("g");
  EXPECT_FALSE(lost.records.empty());
  EXPECT_FALSE(bed.group.changed());
  bed.group.NotWritten(lost.ids);
  EXPECT_TRUE(bed.group.changed());
  EXPECT_EQ(bed.group.Take("g").records.size(), lost.records.size());
}

TEST(ConsumerGroup, LeavesNothingBehindWhenItEnds) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one", .regex = "b"};
  bed.Settle({&one});
  bed.Leave(one);
  for (const LogRecord& record : bed.group.Tombstones("g")) EXPECT_FALSE(record.value);
  EXPECT_TRUE(bed.stored.members.empty());
}

}  // namespace
}  // namespace varve::coordinator
