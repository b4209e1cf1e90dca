#include "server/cluster/producer_ids.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <set>
#include <vector>

#include "tests/server/cluster/node.h"

namespace varve::cluster {
namespace {

using test::Node;

// A running node, and whoever gives out its ids.
struct Giver {
  explicit Giver(Node& owner) : node(owner), ids(owner.loop(), owner.controller()) {}

  absl::StatusOr<int64_t> Next() { return node.Run(ids.Next()); }

  Node& node;
  ProducerIds ids;
};

TEST(ProducerIds, RiseByOneFromZero) {
  Node node;
  node.MustStart();
  Giver giver(node);
  for (int64_t expected = 0; expected < 2500; ++expected) ASSERT_EQ(*giver.Next(), expected);
  EXPECT_EQ(node.image()->next_producer_id(), 3000);
}

TEST(ProducerIds, InsideOfABlockNothingIsWritten) {
  Node node;
  node.MustStart();
  Giver giver(node);
  ASSERT_TRUE(giver.Next().ok());
  const uint64_t before = node.disk().operations();
  for (int i = 1; i < ProducerIdBlock::kSize; ++i) ASSERT_TRUE(giver.Next().ok());
  EXPECT_EQ(node.disk().operations(), before);
  ASSERT_TRUE(giver.Next().ok());
  EXPECT_GT(node.disk().operations(), before);
}

TEST(ProducerIds, ThoseWhoWaitTogetherShareABlock) {
  Node node;
  node.MustStart();
  ProducerIds ids(node.loop(), node.controller());
  std::vector<int64_t> given;
  const auto take = [](ProducerIds& from, std::vector<int64_t>& into) -> io::Task<void> {
    const auto id = co_await from.Next();
    into.push_back(id.value_or(-1));
  };
  io::Gate gate(node.loop());
  for (int i = 0; i < 50; ++i) gate.Spawn(take(ids, given));
  ASSERT_TRUE(node.world.RunToEnd(node.loop(), gate.Close()));
  EXPECT_EQ(std::set<int64_t>(given.begin(), given.end()).size(), 50u);
  EXPECT_EQ(node.image()->next_producer_id(), ProducerIdBlock::kSize);
}

TEST(ProducerIds, ARestartBeginsTheNextBlock) {
  Node node;
  node.MustStart();
  EXPECT_EQ(*Giver(node).Next(), 0);
  node.Restart();
  EXPECT_EQ(*Giver(node).Next(), ProducerIdBlock::kSize);
}

TEST(ProducerIds, AFullDiskIsAskedAgain) {
  Node node;
  node.MustStart();
  Giver giver(node);
  node.disk().Inject({.call = io::SimCall::kAppend,
                      .kind = io::SimFault::kNoSpace,
                      .path = "__cluster_metadata-0"});
  EXPECT_TRUE(absl::IsResourceExhausted(giver.Next().status()));
  node.world.RunFor(std::chrono::seconds(10));
  EXPECT_EQ(*giver.Next(), 0);
}

TEST(ProducerIds, AFailingDiskGivesNone) {
  Node node;
  node.MustStart();
  Giver giver(node);
  node.disk().Inject({.call = io::SimCall::kSyncData, .path = "__cluster_metadata-0"});
  EXPECT_FALSE(giver.Next().ok());
  EXPECT_FALSE(giver.Next().ok());  // nobody knows whether the block is taken, before a restart
}

// Ids that three lives of a node gave out, of which the first two ended at an operation of the
// disk.
std::vector<int64_t> IdsOver(Node& node, uint64_t crash_at, io::SimCrash kind) {
  std::vector<int64_t> given;
  for (int life = 0; life < 3; ++life) {
    if (life < 2) node.disk().CrashAtOperation(crash_at, kind);
    if (node.Start().ok()) {
      Giver giver(node);
      for (int i = 0; i < 2 * ProducerIdBlock::kSize + 10; ++i) {
        const auto id = giver.Next();
        if (!id.ok()) break;
        given.push_back(*id);
      }
    }
    node.Stop();
    node.disk().CrashAtOperation(0, kind);
  }
  return given;
}

TEST(ProducerIds, NoCrashGivesOneTwice) {
  for (const io::SimCrash kind : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    for (uint64_t n = 1; n <= 80; ++n) {
      SCOPED_TRACE(fmt::format("crash at operation {}", n));
      Node node({.seed = n});
      const std::vector<int64_t> given = IdsOver(node, n, kind);
      EXPECT_GE(given.size(), 2010u);
      EXPECT_EQ(std::set<int64_t>(given.begin(), given.end()).size(), given.size());
    }
  }
}

}  // namespace
}  // namespace varve::cluster
