#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using wire::ErrorCode;

TEST(Join, TellsANewMemberItsIdAndToComeAgain) {
  Bed bed;
  const JoinAnswer first = bed.joined(bed.Join({.client_id = "shop", .id_required = true}));
  EXPECT_EQ(first.error, ErrorCode::kMemberIdRequired);
  EXPECT_EQ(first.generation, -1);
  EXPECT_THAT(first.member_id,
              MatchesRegex("shop-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                           "[0-9a-f]{12}"));
  EXPECT_EQ(bed.group.state(), GroupState::kEmpty);
  EXPECT_EQ(bed.group.members(), 0U);
  EXPECT_FALSE(bed.group.unused());

  const Token second = bed.Join({.member_id = first.member_id, .id_required = true});
  bed.Pass(Bed::kDelayMs);
  EXPECT_EQ(bed.joined(second).error, ErrorCode::kNone);
  EXPECT_EQ(bed.joined(second).member_id, first.member_id);
  EXPECT_EQ(bed.joined(second).generation, 1);
}

TEST(Join, TakesOlderClientsAtOnce) {
  Bed bed({.initial_rebalance_delay_ms = 0});
  const JoinAnswer& answer = bed.joined(bed.Join({}));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_EQ(answer.protocol_type, "consumer");
  EXPECT_EQ(answer.protocol, "range");
  EXPECT_EQ(answer.leader, answer.member_id);
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_EQ(bed.group.state(), GroupState::kCompletingRebalance);
}

TEST(Join, RefusesAnIdThatNobodyGave) {
  Bed bed;
  const JoinAnswer& answer = bed.joined(bed.Join({.member_id = "x"}));
  EXPECT_EQ(answer.error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(answer.member_id, "x");
  EXPECT_TRUE(bed.group.unused());
}

TEST(Join, RefusesSessionsThatAreNotAllowed) {
  Bed bed;
  for (const int32_t session_ms : {-1, 0, 5'999, 1'800'001}) {
    const Token token = bed.Join({.session_ms = session_ms});
    EXPECT_EQ(bed.joined(token).error, ErrorCode::kInvalidSessionTimeout) << session_ms;
  }
  for (const int32_t session_ms : {6'000, 1'800'000}) {
    EXPECT_TRUE(bed.parked(bed.Join({.session_ms = session_ms}))) << session_ms;
  }
}

TEST(Join, RefusesWhatDoesNotFitTheGroup) {
  const struct {
    const char* what;
    Ask ask;
  } cases[] = {
      {"another type", {.type = "connect"}},
      {"no type", {.type = ""}},
      {"no protocols", {.protocols = {}}},
      {"no protocol that all know", {.protocols = {{"sticky", ""}, {"roundrobin", ""}}}},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.what);
    Bed bed;
    bed.Settle(2);
    const Token token = bed.Join(each.ask);
    EXPECT_EQ(bed.joined(token).error, ErrorCode::kInconsistentGroupProtocol);
    EXPECT_EQ(bed.group.state(), GroupState::kStable);
  }
  Bed empty;
  EXPECT_EQ(empty.joined(empty.Join({.type = ""})).error, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(empty.joined(empty.Join({.protocols = {}})).error,
            ErrorCode::kInconsistentGroupProtocol);
}

TEST(Join, LetsAnEmptyGroupChangeItsType) {
  Bed bed;
  const auto ids = bed.Settle(1);
  bed.Leave({{.member_id = ids[0]}});
  ASSERT_EQ(bed.group.state(), GroupState::kEmpty);
  const Token token = bed.Join({.protocols = {{"default", ""}}, .type = "connect"});
  bed.Pass(Bed::kDelayMs);
  EXPECT_EQ(bed.joined(token).protocol_type, "connect");
  EXPECT_EQ(bed.joined(token).generation, 3);  // being empty was one
}

TEST(Join, TellsTheMembersToTheLeaderOnly) {
  Bed bed;
  const Token a = bed.Join({.protocols = {{"range", "A"}}});
  const Token b = bed.Join({.instance_id = "i", .protocols = {{"range", "B"}, {"sticky", "S"}}});
  bed.Pass(2 * Bed::kDelayMs);
  const JoinAnswer& leader = bed.joined(a);
  const JoinAnswer& follower = bed.joined(b);
  EXPECT_EQ(leader.leader, leader.member_id);
  EXPECT_EQ(follower.leader, leader.member_id);
  EXPECT_THAT(follower.members, IsEmpty());
  ASSERT_THAT(leader.members, SizeIs(2));
  EXPECT_EQ(leader.members[0].id, leader.member_id);
  EXPECT_EQ(AsText(leader.members[0].metadata), "A");
  EXPECT_EQ(leader.members[1].id, follower.member_id);
  EXPECT_EQ(leader.members[1].instance_id, "i");
  EXPECT_EQ(AsText(leader.members[1].metadata), "B");
}

TEST(Join, AnswersAFollowerThatChangesNothing) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const JoinAnswer& answer = bed.joined(bed.Join({.member_id = ids[1]}));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_EQ(answer.leader, ids[0]);
  EXPECT_THAT(answer.members, IsEmpty());
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
}

TEST(Join, RebalancesForALeaderThatJoinsAgain) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const Token leader = bed.Join({.member_id = ids[0]});
  EXPECT_TRUE(bed.parked(leader));
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
  bed.Join({.member_id = ids[1]});
  EXPECT_EQ(bed.joined(leader).generation, 2);
  EXPECT_THAT(bed.joined(leader).members, SizeIs(2));
}

TEST(Join, RebalancesForChangedMetadata) {
  Bed bed;
  const auto ids = bed.Settle(2);
  EXPECT_TRUE(bed.parked(bed.Join({.member_id = ids[1], .protocols = {{"range", "other"}}})));
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(Join, AnswersAgainWhileTheLeaderDivides) {
  Bed bed;
  const Token a = bed.Join({});
  const Token b = bed.Join({});
  bed.Pass(2 * Bed::kDelayMs);
  const Token again = bed.Join({.member_id = bed.joined(a).member_id});
  EXPECT_EQ(bed.joined(again).generation, 1);
  EXPECT_THAT(bed.joined(again).members, SizeIs(2));
  const Token follower = bed.Join({.member_id = bed.joined(b).member_id});
  EXPECT_THAT(bed.joined(follower).members, IsEmpty());
  EXPECT_EQ(bed.group.state(), GroupState::kCompletingRebalance);

  bed.Join({.member_id = bed.joined(b).member_id, .protocols = {{"range", "other"}}});
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(Join, RefusesMoreMembersThanAreAllowed) {
  Bed bed({.initial_rebalance_delay_ms = Bed::kDelayMs, .size_max = 2});
  const auto ids = bed.Settle(2);
  const JoinAnswer& third = bed.joined(bed.Join({.id_required = true}));
  EXPECT_EQ(third.error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(third.member_id, "");
  EXPECT_EQ(bed.joined(bed.Join({.member_id = ids[1]})).error, ErrorCode::kNone);
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
}

TEST(Join, TurnsAwayWhoComesLastIntoAGroupThatIsTooLarge) {
  Bed bed;
  const auto ids = bed.Settle(3);
  bed.config.size_max = 2;
  const Token first = bed.Join({.member_id = ids[0]});
  bed.Join({.member_id = ids[1]});
  const Token last = bed.Join({.member_id = ids[2]});
  EXPECT_EQ(bed.joined(last).error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(bed.group.members(), 2U);
  EXPECT_EQ(bed.joined(first).generation, 2);
}

TEST(Join, AnswersTheOlderOfTwoJoinsOfAMember) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const Token older = bed.Join({.member_id = ids[0]});
  const Token newer = bed.Join({.member_id = ids[0]});
  EXPECT_EQ(bed.joined(older).error, ErrorCode::kRebalanceInProgress);
  EXPECT_TRUE(bed.parked(newer));
  bed.Join({.member_id = ids[1]});
  EXPECT_EQ(bed.joined(newer).error, ErrorCode::kNone);
}

TEST(Join, ForgetsTheOldestOfTooManyIdsThatDoNotComeBack) {
  Bed bed;
  const std::string oldest = bed.joined(bed.Join({.id_required = true})).member_id;
  const std::string second = bed.joined(bed.Join({.id_required = true})).member_id;
  for (size_t i = 2; i <= PendingMembers::kPendingMembersMax; ++i) bed.Join({.id_required = true});
  EXPECT_EQ(bed.joined(bed.Join({.member_id = oldest})).error, ErrorCode::kUnknownMemberId);
  EXPECT_TRUE(bed.parked(bed.Join({.member_id = second})));
}

}  // namespace
}  // namespace varve::coordinator
