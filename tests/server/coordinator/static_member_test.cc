#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using wire::ErrorCode;

std::vector<std::string> SettleTwo(Bed& bed) {
  return bed.Settle({{.instance_id = "one"}, {.instance_id = "two"}});
}

TEST(StaticMember, IsNotAskedToComeAgain) {
  Bed bed;
  const Token token = bed.Join({.instance_id = "one", .id_required = true});
  bed.Pass(Bed::kDelayMs);
  EXPECT_EQ(bed.joined(token).error, ErrorCode::kNone);
  EXPECT_THAT(bed.joined(token).member_id, StartsWith("one-"));
}

TEST(StaticMember, ThatRestartsNeedsNoRebalance) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  bed.store_at_once = false;
  const Token token = bed.Join({.instance_id = "two"});
  EXPECT_TRUE(bed.parked(token));  // until its new id is stored
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
  EXPECT_EQ(AsText(bed.records.back().members[1].assignment), "a1");
  EXPECT_NE(bed.records.back().members[1].id, ids[1]);

  bed.StoreAll();
  const JoinAnswer& answer = bed.joined(token);
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_EQ(answer.leader, ids[0]);
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_EQ(answer.member_id, bed.records.back().members[1].id);
  EXPECT_EQ(AsText(bed.synced(bed.Sync(answer.member_id)).assignment), "a1");
}

TEST(StaticMember, ThatRestartsAsLeaderIsToldToSkipTheDivision) {
  Bed bed;
  SettleTwo(bed);
  const JoinAnswer& answer = bed.joined(bed.Join({.instance_id = "one"}));
  EXPECT_EQ(answer.leader, answer.member_id);
  EXPECT_TRUE(answer.skip_assignment);
  EXPECT_THAT(answer.members, SizeIs(2));
}

TEST(StaticMember, ThatRestartsAsLeaderAndCannotSkipIsToldTheFormerLeader) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  const JoinAnswer& answer = bed.joined(bed.Join({.instance_id = "one", .can_skip = false}));
  EXPECT_EQ(answer.leader, ids[0]);
  EXPECT_NE(answer.member_id, ids[0]);
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_THAT(answer.members, IsEmpty());
  // It leads all the same: when it joins again, the work is divided anew.
  bed.Join({.member_id = answer.member_id, .instance_id = "one"});
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(StaticMember, ThatIsReplacedIsFencedEverywhere) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  bed.Join({.instance_id = "two"});
  const MemberClaim old{.member_id = ids[1], .instance_id = "two", .generation = 1};
  EXPECT_EQ(bed.group.Heartbeat(old, bed.now()), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.group.Commit(old, false, bed.now()), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.synced(bed.Sync({.claim = old})).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.joined(bed.Join({.member_id = ids[1], .instance_id = "two"})).error,
            ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.Leave({{.member_id = ids[1], .instance_id = "two"}})[0],
            ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kUnknownMemberId);  // without its instance id
}

TEST(StaticMember, ThatIsReplacedHasItsParkedJoinFenced) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  bed.Join({});
  const Token old = bed.Join({.member_id = ids[0], .instance_id = "one"});
  const Token fresh = bed.Join({.instance_id = "one"});
  EXPECT_EQ(bed.joined(old).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.joined(old).member_id, ids[0]);
  EXPECT_TRUE(bed.parked(fresh));
  bed.Join({.member_id = ids[1], .instance_id = "two"});
  EXPECT_EQ(bed.joined(fresh).generation, 2);
  EXPECT_EQ(bed.joined(fresh).leader, bed.joined(fresh).member_id);
}

TEST(StaticMember, ThatIsReplacedWhileTheLeaderDividesRebalances) {
  Bed bed;
  bed.Join({});
  const Token join = bed.Join({.instance_id = "two"});
  bed.Pass(2 * Bed::kDelayMs);
  const Token sync = bed.Sync(bed.joined(join).member_id);
  bed.Join({.instance_id = "two"});
  EXPECT_EQ(bed.synced(sync).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(StaticMember, ThatWouldChangeTheProtocolRebalances) {
  Bed bed;
  const Texts both{{"range", ""}, {"sticky", ""}};
  bed.Settle(
      {{.instance_id = "one", .protocols = both}, {.instance_id = "two", .protocols = both}});
  bed.Join({.instance_id = "two", .protocols = {{"sticky", ""}}});
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(StaticMember, ThatRestartsWithOtherMetadataNeedsNoRebalance) {
  Bed bed;
  SettleTwo(bed);
  const Token token = bed.Join({.instance_id = "two", .protocols = {{"range", "owns nothing"}}});
  EXPECT_EQ(bed.joined(token).generation, 1);
}

TEST(StaticMember, ComesAgainIfItsIdCouldNotBeStored) {
  Bed bed;
  SettleTwo(bed);
  bed.store_at_once = false;
  const Token failed = bed.Join({.instance_id = "two"});
  bed.StoreAll(ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(bed.joined(failed).error, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(bed.joined(failed).member_id, "");
  const Token again = bed.Join({.instance_id = "two"});
  bed.StoreAll();
  EXPECT_EQ(bed.joined(again).generation, 1);
}

TEST(StaticMember, ThatIsBeingStoredTakesPartInARebalance) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  bed.store_at_once = false;
  const Token fresh = bed.Join({.instance_id = "two"});
  bed.Join({.member_id = ids[0], .instance_id = "one"});
  EXPECT_EQ(bed.joined(fresh).generation, 2);
  bed.StoreAll();  // too late to be of interest
  EXPECT_EQ(bed.group.state(), GroupState::kCompletingRebalance);
}

TEST(StaticMember, IsKeptWhenItDoesNotJoinInTime) {
  Bed bed;
  const auto ids =
      bed.Settle({{.rebalance_ms = 3'000}, {.instance_id = "two", .rebalance_ms = 3'000}});
  const Token a = bed.Join({.member_id = ids[0], .rebalance_ms = 3'000});
  bed.Pass(3'000);
  EXPECT_EQ(bed.joined(a).generation, 2);
  EXPECT_THAT(bed.joined(a).members, SizeIs(2));
  bed.Sync(ids[0]);
  EXPECT_EQ(bed.group.Heartbeat({ids[1], "two", 1}, bed.now()), ErrorCode::kIllegalGeneration);
}

TEST(StaticMember, AndOthersThatDoNotJoinPutTheRebalanceOff) {
  Bed bed;
  const auto ids = bed.Settle({{.instance_id = "one", .session_ms = 30'000, .rebalance_ms = 3'000},
                               {.instance_id = "two", .session_ms = 30'000, .rebalance_ms = 3'000},
                               {.rebalance_ms = 3'000}});
  bed.Leave({{.member_id = ids[2]}});
  bed.Pass(9'000);
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
  EXPECT_EQ(bed.group.members(), 2U);
  const Token b = bed.Join({.member_id = ids[1], .instance_id = "two", .rebalance_ms = 3'000});
  bed.Pass(3'000);
  EXPECT_EQ(bed.joined(b).leader, ids[1]);
}

TEST(StaticMember, GoesWhenItsSessionEnds) {
  Bed bed;
  SettleTwo(bed);
  bed.Pass(10'000);
  EXPECT_EQ(bed.group.state(), GroupState::kEmpty);
}

TEST(StaticMember, NeedsNoRoomOfItsOwnInAFullGroup) {
  Bed bed({.initial_rebalance_delay_ms = Bed::kDelayMs, .size_max = 2});
  SettleTwo(bed);
  EXPECT_EQ(bed.joined(bed.Join({.instance_id = "two"})).error, ErrorCode::kNone);
  EXPECT_EQ(bed.joined(bed.Join({.instance_id = "three"})).error, ErrorCode::kGroupMaxSizeReached);
}

TEST(StaticMember, DoesNotComeWithAnIdThatIsNotItsOwn) {
  Bed bed;
  const auto ids = SettleTwo(bed);
  const std::string pending = bed.joined(bed.Join({.id_required = true})).member_id;
  EXPECT_EQ(bed.joined(bed.Join({.member_id = pending, .instance_id = "new"})).error,
            ErrorCode::kUnknownMemberId);
  EXPECT_EQ(bed.joined(bed.Join({.member_id = ids[0], .instance_id = "two"})).error,
            ErrorCode::kFencedInstanceId);
}

}  // namespace
}  // namespace varve::coordinator
