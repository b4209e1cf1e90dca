#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

using testing::SizeIs;
using wire::ErrorCode;

TEST(Record, TellsAllThatIsNeededToGoOn) {
  Bed bed;
  const auto ids = bed.Settle({{.instance_id = "one", .session_ms = 7'000}, {}});
  const GroupRecord record = bed.group.ToRecord();
  auto restored = Group::Restore(&bed.config, record, bed.now());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->state(), GroupState::kStable);
  EXPECT_EQ(restored->generation(), 1);
  bed.group = *std::move(restored);

  EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kNone);
  EXPECT_EQ(AsText(bed.synced(bed.Sync(ids[1])).assignment), "a1");
  EXPECT_EQ(bed.joined(bed.Join({.member_id = ids[1]})).leader, ids[0]);
  EXPECT_EQ(bed.group.Heartbeat({ids[1], "one", 1}, bed.now()), ErrorCode::kFencedInstanceId);
  bed.Pass(7'000);
  EXPECT_EQ(bed.group.members(), 1U);
}

TEST(Record, IsTheSameAfterARestart) {
  Bed bed;
  bed.Settle({{.protocols = {{"x", "X"}, {"range", "R"}}}, {.instance_id = "i"}});
  const GroupRecord before = bed.group.ToRecord();
  const GroupRecord after = Group::Restore(&bed.config, before, bed.now())->ToRecord();
  EXPECT_EQ(after.protocol_type, "consumer");
  EXPECT_EQ(after.protocol, "range");
  EXPECT_EQ(after.generation, before.generation);
  EXPECT_EQ(after.leader, before.leader);
  EXPECT_EQ(after.state_since_ms, before.state_since_ms);
  ASSERT_THAT(after.members, SizeIs(2));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.members[i].id, before.members[i].id);
    EXPECT_EQ(after.members[i].instance_id, before.members[i].instance_id);
    EXPECT_EQ(after.members[i].client_id, "app");
    EXPECT_EQ(after.members[i].client_host, "/10.0.0.1");
    EXPECT_EQ(after.members[i].session_timeout_ms, 10'000);
    EXPECT_EQ(after.members[i].rebalance_timeout_ms, 60'000);
    EXPECT_EQ(after.members[i].metadata, before.members[i].metadata);
    EXPECT_EQ(after.members[i].assignment, before.members[i].assignment);
  }
  EXPECT_EQ(AsText(after.members[0].metadata), "R");
}

TEST(Record, OfAnEmptyGroupKeepsItsGeneration) {
  Bed bed;
  bed.Leave({{.member_id = bed.Settle(1)[0]}});
  auto restored = Group::Restore(&bed.config, bed.group.ToRecord(), bed.now());
  EXPECT_EQ(restored->state(), GroupState::kEmpty);
  EXPECT_EQ(restored->generation(), 2);
  EXPECT_FALSE(restored->unused());
}

TEST(Record, ThatMakesNoSenseIsRefused) {
  const GroupConfig config;
  const auto refused = [&](const GroupRecord& record) {
    return !Group::Restore(&config, record, {}).ok();
  };
  EXPECT_TRUE(refused({.protocol = "range", .members = {{.id = "a"}, {.id = "a"}}}));
  EXPECT_TRUE(refused({.protocol = "range", .members = {{.id = ""}}}));
  EXPECT_TRUE(refused({.members = {{.id = "a"}}}));
  EXPECT_TRUE(
      refused({.protocol = "range",
               .members = {{.id = "a", .instance_id = "i"}, {.id = "b", .instance_id = "i"}}}));
  EXPECT_FALSE(refused({.protocol = "range", .leader = "gone", .members = {{.id = "a"}}}));
}

TEST(Record, OfAGroupThatIsTooLargeNowRebalances) {
  Bed bed;
  const auto ids = bed.Settle(3);
  bed.config.size_max = 2;
  bed.group = *Group::Restore(&bed.config, bed.group.ToRecord(), bed.now());
  EXPECT_EQ(bed.Heartbeat(ids[0]), ErrorCode::kRebalanceInProgress);
}

TEST(Describe, TellsTheSharesOfAStableGroupOnly) {
  Bed bed;
  const auto ids = bed.Settle(2);
  const GroupRecord stable = bed.group.Describe();
  EXPECT_EQ(stable.protocol, "range");
  EXPECT_EQ(AsText(stable.members[0].metadata), "topics");
  EXPECT_EQ(AsText(stable.members[1].assignment), "a1");

  bed.Join({});
  const GroupRecord joining = bed.group.Describe();
  EXPECT_EQ(joining.protocol, std::nullopt);
  EXPECT_EQ(joining.protocol_type, "consumer");
  ASSERT_THAT(joining.members, SizeIs(3));
  EXPECT_EQ(joining.members[0].id, ids[0]);
  EXPECT_EQ(joining.members[0].client_id, "app");
  EXPECT_TRUE(joining.members[0].metadata.empty());
  EXPECT_TRUE(joining.members[1].assignment.empty());
}

}  // namespace
}  // namespace varve::coordinator
