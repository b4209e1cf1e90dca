#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::SizeIs;
using wire::ErrorCode;

// Two members that have joined generation 1; the first leads.
struct Joined {
  Joined() {
    const Token first = bed.Join({});
    const Token second = bed.Join({});
    bed.Pass(2 * Bed::kDelayMs);
    a = bed.joined(first).member_id;
    b = bed.joined(second).member_id;
  }

  Bed bed;
  std::string a;
  std::string b;
};

TEST(Sync, AnswersAllWhenTheSharesAreStored) {
  Joined at;
  at.bed.store_at_once = false;
  const Token b = at.bed.Sync(at.b);
  EXPECT_THAT(at.bed.records, SizeIs(0));
  const Token a = at.bed.Sync(at.a, {{at.a, "one"}, {at.b, "two"}, {"nobody", "three"}});
  EXPECT_TRUE(at.bed.parked(a) && at.bed.parked(b));
  EXPECT_EQ(at.bed.group.state(), GroupState::kCompletingRebalance);
  ASSERT_THAT(at.bed.records, SizeIs(1));
  EXPECT_EQ(AsText(at.bed.records[0].members[1].assignment), "two");

  at.bed.StoreAll();
  EXPECT_EQ(at.bed.group.state(), GroupState::kStable);
  EXPECT_EQ(AsText(at.bed.synced(a).assignment), "one");
  EXPECT_EQ(AsText(at.bed.synced(b).assignment), "two");
  EXPECT_EQ(at.bed.synced(b).protocol_type, "consumer");
  EXPECT_EQ(at.bed.synced(b).protocol, "range");
}

TEST(Sync, AnswersLatecomersOfAStableGroup) {
  Joined at;
  at.bed.Sync(at.a, {{at.b, "two"}});
  const SyncAnswer& answer = at.bed.synced(at.bed.Sync(at.b));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(AsText(answer.assignment), "two");
}

TEST(Sync, GivesNothingToWhomTheLeaderForgot) {
  Joined at;
  const Token b = at.bed.Sync(at.b);
  at.bed.Sync(at.a, {{at.a, "all"}});
  EXPECT_EQ(at.bed.synced(b).error, ErrorCode::kNone);
  EXPECT_EQ(AsText(at.bed.synced(b).assignment), "");
}

TEST(Sync, TellsThatStoringFailedAndRebalances) {
  Joined at;
  at.bed.store_at_once = false;
  const Token b = at.bed.Sync(at.b);
  const Token a = at.bed.Sync(at.a, {{at.a, "one"}});
  at.bed.StoreAll(ErrorCode::kNotCoordinator);
  EXPECT_EQ(at.bed.synced(a).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(at.bed.synced(b).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(at.bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(Sync, TakesTheFirstDivisionOfAGeneration) {
  Joined at;
  at.bed.store_at_once = false;
  const Token first = at.bed.Sync(at.a, {{at.a, "one"}});
  const Token second = at.bed.Sync(at.a, {{at.a, "other"}});
  EXPECT_EQ(at.bed.synced(first).error, ErrorCode::kRebalanceInProgress);
  EXPECT_THAT(at.bed.records, SizeIs(1));
  at.bed.StoreAll();
  EXPECT_EQ(AsText(at.bed.synced(second).assignment), "one");
}

TEST(Sync, RefusesWhoDoesNotBelong) {
  Joined at;
  const auto error_of = [&](const SyncCall& call) {
    return at.bed.synced(at.bed.Sync(call)).error;
  };
  EXPECT_EQ(error_of({.claim = {.member_id = "x", .generation = 1}}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(error_of({.claim = {.member_id = at.a, .instance_id = "i", .generation = 1}}),
            ErrorCode::kUnknownMemberId);
  EXPECT_EQ(error_of({.claim = {.member_id = at.a, .generation = 0}}),
            ErrorCode::kIllegalGeneration);
  EXPECT_EQ(error_of({.claim = {.member_id = at.a, .generation = 1}, .protocol_type = "connect"}),
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(error_of({.claim = {.member_id = at.a, .generation = 1}, .protocol = "sticky"}),
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_TRUE(at.bed.parked(at.bed.Sync({.claim = {.member_id = at.b, .generation = 1},
                                         .protocol_type = "consumer",
                                         .protocol = "range"})));
}

TEST(Sync, IsRefusedWhileMembersJoin) {
  Joined at;
  at.bed.Sync(at.a);
  at.bed.Join({});
  EXPECT_EQ(at.bed.synced(at.bed.Sync(at.b)).error, ErrorCode::kRebalanceInProgress);
}

TEST(Sync, OfAnEmptyGroupIsRefused) {
  Bed bed;
  EXPECT_EQ(bed.synced(bed.Sync("x")).error, ErrorCode::kUnknownMemberId);
}

}  // namespace
}  // namespace varve::coordinator
