#include "server/coordinator/consumer/reconcile.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace varve::coordinator {
namespace {

constexpr Uuid kTopic{1, 1};

Assignment Of(std::initializer_list<int32_t> partitions) {
  Assignment assignment;
  for (const int32_t each : partitions) assignment.push_back({kTopic, each});
  return assignment;
}

MemberShare Step(const MemberShare& now, int32_t epoch, const Assignment& target,
                 const std::optional<Assignment>& owned, const Assignment& taken = {}) {
  return Reconcile(now, {epoch, target}, owned, [&](const TopicPartition& each) {
    return std::ranges::find(taken, each) != taken.end();
  });
}

TEST(Reconcile, GivesANewMemberWhatIsFree) {
  const MemberShare share = Step({}, 3, Of({0, 1}), Of({}));
  EXPECT_EQ(share.epoch, 3);
  EXPECT_EQ(share.previous_epoch, 0);
  EXPECT_EQ(share.state, ReconcileState::kStable);
  EXPECT_EQ(share.assigned, Of({0, 1}));
}

TEST(Reconcile, WaitsForWhatOthersHave) {
  const MemberShare waiting = Step({}, 3, Of({0, 1}), Of({}), Of({1}));
  EXPECT_EQ(waiting.state, ReconcileState::kUnreleasedPartitions);
  EXPECT_EQ(waiting.epoch, 3);
  EXPECT_EQ(waiting.assigned, Of({0}));
  const MemberShare done = Step(waiting, 3, Of({0, 1}), std::nullopt, Of({0}));
  EXPECT_EQ(done.state, ReconcileState::kStable);
  EXPECT_EQ(done.assigned, Of({0, 1}));
}

TEST(Reconcile, TakesAwayBeforeItGives) {
  const MemberShare has{.epoch = 3, .previous_epoch = 2, .assigned = Of({0, 1})};
  const MemberShare revoking = Step(has, 4, Of({1, 2}), std::nullopt);
  EXPECT_EQ(revoking.state, ReconcileState::kUnrevokedPartitions);
  EXPECT_EQ(revoking.epoch, 3);
  EXPECT_EQ(revoking.assigned, Of({1}));
  EXPECT_EQ(revoking.pending_revocation, Of({0}));
  // It does not say what it has, or has it still.
  EXPECT_EQ(Step(revoking, 4, Of({1, 2}), std::nullopt), revoking);
  EXPECT_EQ(Step(revoking, 4, Of({1, 2}), Of({0, 1})), revoking);
  const MemberShare done = Step(revoking, 4, Of({1, 2}), Of({1}));
  EXPECT_EQ(done.state, ReconcileState::kStable);
  EXPECT_EQ(done.epoch, 4);
  EXPECT_EQ(done.assigned, Of({1, 2}));
  EXPECT_TRUE(done.pending_revocation.empty());
}

TEST(Reconcile, SkipsTheRevocationOfWhatIsNotOwned) {
  const MemberShare has{.epoch = 3, .assigned = Of({0, 1})};
  const MemberShare share = Step(has, 4, Of({1}), Of({}));
  EXPECT_EQ(share.state, ReconcileState::kStable);
  EXPECT_EQ(share.epoch, 4);
}

TEST(Reconcile, GoesOnFromOneRevocationToTheNext) {
  const MemberShare revoking{.epoch = 3,
                             .state = ReconcileState::kUnrevokedPartitions,
                             .assigned = Of({1, 2}),
                             .pending_revocation = Of({0})};
  const MemberShare again = Step(revoking, 6, Of({1}), Of({1, 2}));
  EXPECT_EQ(again.state, ReconcileState::kUnrevokedPartitions);
  EXPECT_EQ(again.epoch, 4);
  EXPECT_EQ(again.previous_epoch, 3);
  EXPECT_EQ(again.pending_revocation, Of({2}));
  EXPECT_EQ(Step(again, 6, Of({1}), Of({1})).epoch, 6);
}

TEST(Reconcile, LeavesAMemberAloneThatIsThere) {
  const MemberShare share{.epoch = 3, .previous_epoch = 1, .assigned = Of({0})};
  EXPECT_EQ(Step(share, 3, Of({0}), std::nullopt), share);
}

}  // namespace
}  // namespace varve::coordinator
