#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::ElementsAre;
using wire::ErrorCode;

TEST(Leave, RebalancesTheOthers) {
  Bed bed;
  const auto ids = bed.Settle(2);
  EXPECT_THAT(bed.Leave({{.member_id = ids[0]}}), ElementsAre(ErrorCode::kNone));
  EXPECT_EQ(bed.Heartbeat(ids[1]), ErrorCode::kRebalanceInProgress);
  const Token b = bed.Join({.member_id = ids[1]});
  EXPECT_EQ(bed.joined(b).leader, ids[1]);
  EXPECT_EQ(bed.joined(b).generation, 2);
}

TEST(Leave, OfTheLastIsStored) {
  Bed bed;
  const auto ids = bed.Settle(1);
  bed.Leave({{.member_id = ids[0]}});
  EXPECT_EQ(bed.group.state(), GroupState::kEmpty);
  EXPECT_EQ(bed.records.back().generation, 2);
  EXPECT_TRUE(bed.records.back().members.empty());
}

TEST(Leave, OfManyTellsForEach) {
  Bed bed;
  const auto ids = bed.Settle({{}, {.instance_id = "two"}, {.instance_id = "three"}, {}});
  EXPECT_THAT(bed.Leave({{.member_id = ids[0]},
                         {.instance_id = "two"},
                         {.member_id = ids[0], .instance_id = "three"},
                         {.instance_id = "four"},
                         {.member_id = "x"},
                         {}}),
              ElementsAre(ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kFencedInstanceId,
                          ErrorCode::kUnknownMemberId, ErrorCode::kUnknownMemberId,
                          ErrorCode::kUnknownMemberId));
  EXPECT_EQ(bed.group.members(), 2U);
  EXPECT_EQ(bed.group.state(), GroupState::kPreparingRebalance);
}

TEST(Leave, ThatFindsNobodyChangesNothing) {
  Bed bed;
  bed.Settle(2);
  bed.Leave({{.member_id = "x"}});
  EXPECT_EQ(bed.group.state(), GroupState::kStable);
}

TEST(Leave, OfAnIdThatWaitsLetsTheRebalanceGoOn) {
  Bed bed;
  const auto ids = bed.Settle(1);
  const std::string pending = bed.joined(bed.Join({.id_required = true})).member_id;
  const Token a = bed.Join({.member_id = ids[0]});
  EXPECT_TRUE(bed.parked(a));
  EXPECT_THAT(bed.Leave({{.member_id = pending}}), ElementsAre(ErrorCode::kNone));
  EXPECT_EQ(bed.joined(a).generation, 2);
}

TEST(Leave, AnswersWhatTheMemberWaitsFor) {
  Bed bed;
  const auto ids = bed.Settle(3);
  const Token a = bed.Join({.member_id = ids[0]});
  bed.Leave({{.member_id = ids[0]}});
  EXPECT_EQ(bed.joined(a).error, ErrorCode::kUnknownMemberId);

  bed.Join({.member_id = ids[1]});
  bed.Join({.member_id = ids[2]});
  const Token c = bed.Sync(ids[2]);
  bed.Leave({{.member_id = ids[2]}});
  EXPECT_EQ(bed.synced(c).error, ErrorCode::kUnknownMemberId);
}

TEST(Leave, LetsARebalanceThatWaitedForItComplete) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const Token a = bed.Join({.member_id = ids[0]});
  bed.Leave({{.member_id = ids[1]}});
  EXPECT_EQ(bed.joined(a).generation, 2);
}

TEST(Drop, AnswersAllThatIsParked) {
  Bed bed;
  const auto ids = bed.Settle(3);
  const Token a = bed.Join({.member_id = ids[0]});
  const Token b = bed.Join({.member_id = ids[1]});
  bed.Drop(ErrorCode::kNotCoordinator);
  EXPECT_EQ(bed.joined(a).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(bed.joined(b).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(bed.group.next_deadline_ms(), kNever);
  EXPECT_EQ(bed.joined(bed.Join({})).error, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(bed.synced(bed.Sync(ids[2])).error, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_THAT(bed.Leave({{.member_id = ids[2]}}), ElementsAre(ErrorCode::kCoordinatorNotAvailable));
}

TEST(Delete, IsForEmptyGroups) {
  Bed bed;
  EXPECT_EQ(bed.group.CheckDelete(), ErrorCode::kNone);
  const auto ids = bed.Settle(1);
  EXPECT_EQ(bed.group.CheckDelete(), ErrorCode::kNonEmptyGroup);
  bed.Leave({{.member_id = ids[0]}});
  EXPECT_EQ(bed.group.CheckDelete(), ErrorCode::kNone);
  bed.Drop(ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(bed.group.CheckDelete(), ErrorCode::kGroupIdNotFound);
}

}  // namespace
}  // namespace varve::coordinator
