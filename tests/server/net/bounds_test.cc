#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/io/sim/world.h"
#include "engine/io/sync.h"
#include "server/net/connection_count.h"
#include "server/net/memory_budget.h"
#include "server/net/slab.h"

namespace varve::net {
namespace {

TEST(SlabPool, ReusesTheLastOneAndKeepsSoMuch) {
  SlabPool pool(64 << 10);
  SlabRef first = pool.Take(1);
  EXPECT_EQ(first.bytes().size(), SlabPool::kSlabBytesMin);
  const std::byte* memory = first.bytes().data();
  SlabRef copy = first;
  EXPECT_TRUE(first.shared());
  first.Reset();
  EXPECT_EQ(pool.kept_bytes(), 0u);
  copy.Reset();
  EXPECT_EQ(pool.kept_bytes(), SlabPool::kSlabBytesMin);
  EXPECT_EQ(pool.Take(SlabPool::kSlabBytesMin).bytes().data(), memory);
  std::vector<SlabRef> many;
  for (int i = 0; i < 10; ++i) many.push_back(pool.Take(SlabPool::kSlabBytesMin + 1));
  EXPECT_EQ(many[0].bytes().size(), 2 * SlabPool::kSlabBytesMin);
  many.clear();
  EXPECT_LE(pool.kept_bytes(), 64u << 10);
}

TEST(ConnectionCount, CountsByAddress) {
  io::SimWorld world;
  const auto loop = world.NewLoop();
  ConnectionCount count(*loop, {.all = 10, .per_address = 2, .of_address = {{"10.0.0.1", 3}}});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(count.Add("10.0.0.2"));
  EXPECT_FALSE(count.Add("10.0.0.2"));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(count.Add("10.0.0.1"));
  EXPECT_FALSE(count.Add("10.0.0.1"));
  EXPECT_EQ(count.all(), 5);
  count.Remove("10.0.0.2");
  EXPECT_TRUE(count.Add("10.0.0.2"));
}

io::Task<void> WaitForRoom(ConnectionCount& count, bool& done) {
  co_await count.WaitForRoom();
  done = true;
}

TEST(ConnectionCount, TakesNewLimits) {
  io::SimWorld world;
  const auto loop = world.NewLoop();
  ConnectionCount count(*loop, {.all = 1, .per_address = 1, .of_address = {}});
  EXPECT_TRUE(count.Add("10.0.0.1"));
  EXPECT_FALSE(count.Add("10.0.0.1"));
  bool room = false;
  io::Gate gate(*loop);
  gate.Spawn(WaitForRoom(count, room));
  world.RunUntilIdle();
  EXPECT_FALSE(room);
  count.set_limits({.all = 2, .per_address = 2, .of_address = {}});
  world.Run(*loop, gate.Close());
  EXPECT_TRUE(room);
  EXPECT_TRUE(count.Add("10.0.0.1"));
}

io::Task<void> TakeInto(MemoryBudget& budget, uint64_t bytes, std::vector<uint64_t>& order) {
  co_await budget.Take(bytes);
  order.push_back(bytes);
}

TEST(MemoryBudget, GivesInTheOrderOfAsking) {
  io::SimWorld world;
  const auto loop = world.NewLoop();
  MemoryBudget budget(*loop, 100);
  std::vector<uint64_t> order;
  io::Gate gate(*loop);
  for (const uint64_t bytes : {90, 50, 10, 500, 1}) gate.Spawn(TakeInto(budget, bytes, order));
  EXPECT_EQ(order, std::vector<uint64_t>({90}));
  budget.Give(90);
  world.RunUntilIdle();
  EXPECT_EQ(order, std::vector<uint64_t>({90, 50, 10}));
  budget.Give(60);
  world.RunUntilIdle();
  EXPECT_EQ(order, std::vector<uint64_t>({90, 50, 10, 500}));
  budget.Give(500);
  world.Run(*loop, gate.Close());
  EXPECT_EQ(budget.used(), 1u);
}

}  // namespace
}  // namespace varve::net
