#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

TEST(Session, LastsAsLongAsHeartbeatsCome) {
  Bed bed;
  const auto ids = bed.Settle(2);
  for (int i = 0; i < 10; ++i) {
    bed.Pass(9'999);
    EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kNone);
    EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kNone);
  }
  EXPECT_EQ(bed.group.generation(), 1);
}

TEST(Session, ThatEndsRemovesTheMember) {
  Bed bed;
  const auto ids = bed.Settle(2);
  bed.Pass(5'000);
  EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kNone);
  bed.Pass(4'999);
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
  bed.Pass(1);
  EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kUnknownMemberId);
}

TEST(Session, OfTheLastMemberLeavesTheGroupEmpty) {
  Bed bed;
  bed.Settle(3);
  bed.Pass(10'000);
  EXPECT_EQ(bed.group.state(), GroupState::kEmpty);
  EXPECT_EQ(bed.group.generation(), 2);
  EXPECT_EQ(bed.group.next_deadline_ms(), kNever);
  const GroupRecord& record = bed.records.back();
  EXPECT_TRUE(record.members.empty());
  EXPECT_FALSE(record.protocol || record.leader);
  EXPECT_EQ(record.protocol_type, "consumer");
  EXPECT_EQ(record.state_since_ms, bed.now().wall_ms);
}

TEST(Session, HeartbeatsDoNotMoveTheTimer) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const int64_t deadline_ms = bed.group.next_deadline_ms();
  bed.Pass(5'000);
  bed.Heartbeat(ids[0]);
  bed.Heartbeat(ids[1]);
  EXPECT_EQ(bed.group.next_deadline_ms(), deadline_ms);
  bed.Pass(5'000);  // the timer finds nothing but the new ends
  EXPECT_EQ(bed.group.next_deadline_ms(), deadline_ms + 5'000);
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
}

TEST(Session, DoesNotEndWhileARequestIsParked) {
  Bed bed;
  const auto ids = bed.Settle({{.session_ms = 6'000}, {.session_ms = 30'000}});
  const Token a = bed.Join({.member_id = ids[0], .session_ms = 6'000});
  bed.Pass(20'000);
  EXPECT_TRUE(bed.parked(a));
  bed.Join({.member_id = ids[1], .session_ms = 30'000});
  EXPECT_EQ(bed.joined(a).generation, 2);

  const Token sync = bed.Sync(ids[1]);
  bed.Pass(5'999);
  EXPECT_TRUE(bed.parked(sync));
  bed.Pass(1);  // the leader's began anew with its answer
  EXPECT_EQ(bed.synced(sync).error, ErrorCode::kRebalanceInProgress);
}

TEST(Session, OfANewMemberThatWaitsIsFiveMinutes) {
  Bed bed;
  const auto ids = bed.Settle({{.session_ms = 1'800'000, .rebalance_ms = 1'000'000}});
  const Token ghost = bed.Join({});
  bed.Pass(299'999);
  EXPECT_TRUE(bed.parked(ghost));
  bed.Pass(1);
  EXPECT_EQ(bed.joined(ghost).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(bed.joined(ghost).member_id, "");
  EXPECT_EQ(bed.group.members(), 1U);
}

TEST(Session, HeartbeatTellsWhatIsWrong) {
  Bed bed;
  EXPECT_EQ(bed.Heartbeat("x"), ErrorCode::kUnknownMemberId);
  const Token join = bed.Join({});
  bed.Pass(Bed::kDelayMs);
  const std::string id = bed.joined(join).member_id;
  EXPECT_EQ(bed.Heartbeat(id), ErrorCode::kNone);  // while the leader divides
  EXPECT_EQ(bed.group.Heartbeat({.member_id = id, .generation = 0}, bed.now()),
            ErrorCode::kIllegalGeneration);
  bed.Drop(ErrorCode::kNotCoordinator);
  EXPECT_EQ(bed.Heartbeat(id), ErrorCode::kCoordinatorNotAvailable);
}

TEST(Session, IsRenewedByCommits) {
  Bed bed;
  const auto ids = bed.Settle(1);
  for (int i = 0; i < 3; ++i) {
    bed.Pass(9'000);
    EXPECT_EQ(bed.group.Commit({.member_id = ids[0], .generation = 1}, false, bed.now()),
              ErrorCode::kNone);
  }
}

TEST(Commit, IsForMembersOfTheGeneration) {
  Bed bed;
  const auto commit = [&](const MemberClaim& claim, bool transactional = false) {
    return bed.group.Commit(claim, transactional, bed.now());
  };
  EXPECT_EQ(commit({}), ErrorCode::kNone);  // a group without members is anybody's
  const auto ids = bed.Settle(1);
  EXPECT_EQ(commit({}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(commit({}, true), ErrorCode::kNone);
  EXPECT_EQ(commit({.member_id = "x", .generation = 1}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(commit({.member_id = ids[0], .generation = 0}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit({.member_id = ids[0]}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit({.member_id = ids[0], .generation = 1}), ErrorCode::kNone);

  bed.Join({.member_id = ids[0]});  // generation 2, not yet divided
  EXPECT_EQ(commit({.member_id = ids[0], .generation = 2}), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(commit({.member_id = ids[0], .generation = 2}, true), ErrorCode::kNone);
}

TEST(Commit, GoesOnWhileMembersJoin) {
  Bed bed;
  const auto ids = bed.Settle(2);
  bed.Join({.member_id = ids[0]});
  EXPECT_EQ(bed.group.Commit({.member_id = ids[1], .generation = 1}, false, bed.now()),
            ErrorCode::kNone);
}

}  // namespace
}  // namespace varve::coordinator
