#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::SizeIs;
using wire::ErrorCode;

TEST(Rebalance, WaitsForMoreMembersOfANewGroup) {
  Bed bed;
  const Token a = bed.Join({});
  bed.Pass(Bed::kDelayMs - 1);
  EXPECT_TRUE(bed.parked(a));
  bed.Pass(1);
  EXPECT_EQ(bed.joined(a).generation, 1);
}

TEST(Rebalance, WaitsOnWhileMembersCome) {
  Bed bed;
  const Token a = bed.Join({});
  for (int i = 0; i < 5; ++i) {
    bed.Pass(Bed::kDelayMs - 10);
    bed.Join({});
    bed.Pass(10);
    EXPECT_TRUE(bed.parked(a)) << i;
  }
  bed.Pass(Bed::kDelayMs);
  EXPECT_THAT(bed.joined(a).members, SizeIs(6));
}

TEST(Rebalance, WaitsNoLongerThanARebalanceMayTake) {
  Bed bed;
  const Token a = bed.Join({.rebalance_ms = 250});
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(bed.parked(a)) << i;
    bed.Join({.rebalance_ms = 1'000'000});
    bed.Pass(49);
  }
  bed.Pass(5);
  EXPECT_THAT(bed.joined(a).members, SizeIs(6));
}

TEST(Rebalance, DoesNotWaitWithoutDelayNotEvenForPendingIds) {
  Bed bed({.initial_rebalance_delay_ms = 0});
  bed.Join({.id_required = true});
  EXPECT_FALSE(bed.parked(bed.Join({})));
}

TEST(Rebalance, OfManyMembersThatStartTogetherIsOne) {
  Bed bed;
  std::vector<Token> joins;
  for (int i = 0; i < 100; ++i) {
    const std::string id = bed.joined(bed.Join({.id_required = true})).member_id;
    joins.push_back(bed.Join({.member_id = id}));
    bed.Pass(1);
  }
  bed.Pass(Bed::kDelayMs);
  for (const Token token : joins) EXPECT_EQ(bed.joined(token).generation, 1);
  EXPECT_THAT(bed.joined(joins[0]).members, SizeIs(100));
}

TEST(Rebalance, OfANewMemberWaitsForTheOthers) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const Token c = bed.Join({});
  EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kRebalanceInProgress);
  const Token a = bed.Join({.member_id = ids[0]});
  EXPECT_TRUE(bed.parked(c));
  bed.Join({.member_id = ids[1]});
  EXPECT_EQ(bed.joined(c).generation, 2);
  EXPECT_EQ(bed.joined(c).leader, ids[0]);
  EXPECT_THAT(bed.joined(a).members, SizeIs(3));
}

TEST(Rebalance, RemovesWhoDoesNotJoinInTime) {
  Bed bed;
  const auto ids = bed.Settle({{.rebalance_ms = 5'000}, {.rebalance_ms = 8'000}});
  const Token c = bed.Join({.rebalance_ms = 1'000});
  bed.Join({.member_id = ids[0]});
  bed.Pass(4'000);
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kRebalanceInProgress);  // alive, but busy
  bed.Pass(3'999);
  EXPECT_TRUE(bed.parked(c));
  bed.Pass(1);  // the longest of their timeouts
  EXPECT_EQ(bed.joined(c).generation, 2);
  EXPECT_EQ(bed.group.members(), 2U);
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kUnknownMemberId);
}

TEST(Rebalance, MakesTheOldestThatJoinedTheLeader) {
  Bed bed;
  const auto ids = bed.Settle(3);
  const Token c = bed.Join({.member_id = ids[2], .protocols = {{"range", "other"}}});
  const Token b = bed.Join({.member_id = ids[1]});
  bed.Pass(60'000);
  EXPECT_EQ(bed.joined(b).leader, ids[1]);
  EXPECT_EQ(bed.joined(c).leader, ids[1]);
  EXPECT_THAT(bed.joined(b).members, SizeIs(2));
}

TEST(Rebalance, WaitsForIdsThatWereGivenUntilTheyExpire) {
  Bed bed;
  const auto ids = bed.Settle(1);
  bed.Join({.session_ms = 7'000, .id_required = true});
  const Token a = bed.Join({.member_id = ids[0]});
  bed.Pass(6'999);
  EXPECT_TRUE(bed.parked(a));
  bed.Pass(1);
  EXPECT_EQ(bed.joined(a).generation, 2);
}

TEST(Rebalance, RemovesALeaderThatDoesNotDivide) {
  Bed bed;
  const Token a = bed.Join({.rebalance_ms = 3'000});
  const Token b = bed.Join({.rebalance_ms = 4'000});
  bed.Pass(2 * Bed::kDelayMs);
  const Token sync = bed.Sync(bed.joined(b).member_id);
  bed.Pass(3'999);
  EXPECT_TRUE(bed.parked(sync));
  bed.Pass(1);
  EXPECT_EQ(bed.synced(sync).error, ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(bed.group.members(), 1U);
  const Token again = bed.Join({.member_id = bed.joined(b).member_id});
  EXPECT_EQ(bed.joined(again).leader, bed.joined(b).member_id);
  EXPECT_EQ(bed.Heartbeat(bed.joined(a).member_id), ErrorCode::kUnknownMemberId);
}

TEST(Rebalance, RemovesAFollowerThatDoesNotAskForItsShare) {
  Bed bed;
  const Token a = bed.Join({.rebalance_ms = 3'000});
  const Token b = bed.Join({.rebalance_ms = 3'000});
  bed.Pass(2 * Bed::kDelayMs);
  bed.Sync(bed.joined(a).member_id);
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
  bed.Pass(3'000);
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
  EXPECT_EQ(bed.Heartbeat(bed.joined(b).member_id), ErrorCode::kUnknownMemberId);
}

TEST(Rebalance, EndsWhatIsBeingDivided) {
  Bed bed;
  bed.store_at_once = false;
  const Token a = bed.Join({});
  bed.Pass(Bed::kDelayMs);
  const std::string id = bed.joined(a).member_id;
  const Token sync = bed.Sync(id, {{id, "all"}});
  EXPECT_TRUE(bed.parked(sync));
  bed.Join({});
  EXPECT_EQ(bed.synced(sync).error, ErrorCode::kRebalanceInProgress);
  bed.StoreAll();  // of a generation that is over
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

}  // namespace
}  // namespace varve::coordinator
