#include "engine/log/leader_epochs.h"

#include <gtest/gtest.h>

namespace varve::log {
namespace {

using Entries = std::vector<EpochStart>;
using EndOffset = LeaderEpochs::EndOffset;

TEST(LeaderEpochs, AssignKeepsBothRising) {
  LeaderEpochs epochs;
  EXPECT_EQ(epochs.latest(), LeaderEpochs::kNone);
  EXPECT_TRUE(epochs.Assign(0, 0));
  EXPECT_FALSE(epochs.Assign(0, 5));  // goes on
  EXPECT_TRUE(epochs.Assign(2, 10));
  EXPECT_EQ(epochs.entries(), (Entries{{0, 0}, {2, 10}}));
  EXPECT_TRUE(epochs.Assign(3, 10));  // nothing was written in 2
  EXPECT_EQ(epochs.entries(), (Entries{{0, 0}, {3, 10}}));
  EXPECT_TRUE(epochs.Assign(4, 7));  // 3 lost everything
  EXPECT_EQ(epochs.entries(), (Entries{{0, 0}, {4, 7}}));
  EXPECT_TRUE(epochs.Assign(1, 20));
  EXPECT_EQ(epochs.entries(), (Entries{{0, 0}, {1, 20}}));
}

TEST(LeaderEpochs, TruncateAtEitherEnd) {
  const Entries all{{0, 0}, {1, 10}, {2, 20}};
  LeaderEpochs epochs(all);
  EXPECT_FALSE(epochs.TruncateFromEnd(21));
  EXPECT_TRUE(epochs.TruncateFromEnd(20));
  EXPECT_EQ(epochs.entries(), (Entries{{0, 0}, {1, 10}}));
  EXPECT_FALSE(epochs.TruncateFromStart(0));
  EXPECT_TRUE(epochs.TruncateFromStart(5));
  EXPECT_EQ(epochs.entries(), (Entries{{0, 5}, {1, 10}}));
  EXPECT_TRUE(epochs.TruncateFromStart(10));
  EXPECT_EQ(epochs.entries(), (Entries{{1, 10}}));
  EXPECT_FALSE(epochs.TruncateFromStart(10));
  EXPECT_TRUE(epochs.TruncateFromEnd(0));
  EXPECT_TRUE(epochs.entries().empty());
}

TEST(LeaderEpochs, KnowWhereAnEpochEnded) {
  const LeaderEpochs epochs(Entries{{1, 10}, {2, 20}, {5, 50}});
  EXPECT_EQ(epochs.EndOffsetFor(5, 99), (EndOffset{5, 99}));
  EXPECT_EQ(epochs.EndOffsetFor(6, 99), (EndOffset{}));
  EXPECT_EQ(epochs.EndOffsetFor(2, 99), (EndOffset{2, 50}));
  EXPECT_EQ(epochs.EndOffsetFor(4, 99), (EndOffset{2, 50}));
  EXPECT_EQ(epochs.EndOffsetFor(1, 99), (EndOffset{1, 20}));
  EXPECT_EQ(epochs.EndOffsetFor(0, 99), (EndOffset{0, 10}));
  EXPECT_EQ(epochs.EndOffsetFor(-1, 99), (EndOffset{}));
  EXPECT_EQ(LeaderEpochs().EndOffsetFor(0, 99), (EndOffset{}));
}

TEST(LeaderEpochs, KnowTheEpochOfAnOffset) {
  const LeaderEpochs epochs(Entries{{1, 10}, {2, 20}});
  EXPECT_EQ(epochs.EpochAt(9), LeaderEpochs::kNone);
  EXPECT_EQ(epochs.EpochAt(10), 1);
  EXPECT_EQ(epochs.EpochAt(19), 1);
  EXPECT_EQ(epochs.EpochAt(20), 2);
}

}  // namespace
}  // namespace varve::log
