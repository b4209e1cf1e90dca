#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/pool.h"
#include "engine/io/sync.h"
#include "tests/engine/io/sim/sim_machine.h"
#include "tests/engine/io/sim/sim_workload.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;

TEST(SimWorld, AnHourTakesNoTime) {
  SimMachine machine;
  const MonoTime before = machine.loop->Now();
  const int64_t wall_before = machine.loop->clock().WallMillis();
  const auto real_before = std::chrono::steady_clock::now();
  EXPECT_TRUE(machine.world.RunToEnd(*machine.loop, Sleep(*machine.loop, 1h)));
  EXPECT_GE(machine.loop->Now() - before, 1h);
  EXPECT_LT(machine.loop->Now() - before, 1h + 3ms);
  EXPECT_GE(machine.loop->clock().WallMillis() - wall_before, 3'600'000);
  EXPECT_LT(std::chrono::steady_clock::now() - real_before, 1min);
}

TEST(SimWorld, TheWallClockMayStep) {
  SimMachine machine;
  const int64_t before = machine.loop->clock().WallMillis();
  const MonoTime mono = machine.loop->Now();
  machine.world.clock().StepWall(-5000);
  EXPECT_EQ(machine.loop->clock().WallMillis(), before - 5000);
  EXPECT_EQ(machine.loop->Now(), mono);
}

Task<void> WaitFor(Event& event) { co_await event.Wait(); }

TEST(SimWorld, ADeadlockIsTold) {
  SimMachine machine({.seed = 77});
  Event never(*machine.loop);
  EXPECT_FALSE(machine.world.RunToEnd(*machine.loop, WaitFor(never)));
  EXPECT_NE(machine.world.stuck().find("deadlock"), std::string::npos) << machine.world.stuck();
  EXPECT_NE(machine.world.stuck().find("77"), std::string::npos);
}

TEST(SimWorld, AnEndlessWaitIsBounded) {
  SimMachine machine;
  EXPECT_FALSE(machine.world.RunToEnd(*machine.loop, Sleep(*machine.loop, 2h), 1h));
  EXPECT_NE(machine.world.stuck().find("3600.0"), std::string::npos) << machine.world.stuck();
  EXPECT_EQ(machine.loop->timers().size(), 0u);  // the task is gone with its timer
}

Task<void> SpinUntil(Loop& loop, const bool& done) {
  while (!done) co_await Yield{loop};
}

TEST(SimWorld, WhoSpinsDoesNotStopTime) {
  SimMachine machine;
  bool done = false;
  auto set_later = [](Loop& loop, bool& flag) -> Task<void> {
    co_await Sleep(loop, 5ms);
    flag = true;
  };
  Gate gate(*machine.loop);
  gate.Spawn(set_later(*machine.loop, done));
  EXPECT_TRUE(machine.world.RunToEnd(*machine.loop, SpinUntil(*machine.loop, done)));
  machine.world.Run(*machine.loop, gate.Close());
}

TEST(SimWorld, RunUntilIdleEndsWhenNothingIsLeft) {
  SimMachine machine;
  int rounds = 0;
  auto tick = [](Loop& loop, int& count) -> Task<void> {
    for (; count < 10; ++count) co_await Sleep(loop, 1min);
  };
  Gate gate(*machine.loop);
  gate.Spawn(tick(*machine.loop, rounds));
  machine.world.RunFor(3min + 30s);
  EXPECT_EQ(rounds, 3);
  EXPECT_TRUE(machine.world.RunUntilIdle());
  EXPECT_EQ(rounds, 10);
  EXPECT_EQ(gate.inside(), 0u);
}

Task<void> RunJob(Loop& loop, int number, std::vector<int>& order) {
  auto job = [&] { order.push_back(number); };
  co_await Offload(loop, job);
}

std::vector<int> JobOrder(uint64_t seed) {
  SimMachine machine({.seed = seed});
  std::vector<int> order;
  Gate gate(*machine.loop);
  for (int i = 0; i < 8; ++i) gate.Spawn(RunJob(*machine.loop, i, order));
  machine.world.Run(*machine.loop, gate.Close());
  return order;
}

TEST(SimWorld, PoolJobsOvertakeEachOtherBySeed) {
  std::set<std::vector<int>> orders;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<int> order = JobOrder(seed);
    EXPECT_EQ(order, JobOrder(seed));
    EXPECT_EQ(order.size(), 8u);
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 10u);
}

// Two loops that are ready at the same moment take turns in an order of the seed.
TEST(SimWorld, TheOrderOfLoopsIsTheSeeds) {
  std::set<std::vector<int>> orders;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SimMachine machine({.seed = seed});
    const auto other = machine.world.NewLoop();
    std::vector<int> order;
    auto note = [](Loop& loop, std::vector<int>& into, int number) -> Task<void> {
      for (int i = 0; i < 3; ++i) {
        into.push_back(number);
        co_await Yield{loop};
      }
    };
    Gate here(*machine.loop);
    Gate there(*other);
    here.Spawn(note(*machine.loop, order, 1));
    there.Spawn(note(*other, order, 2));
    EXPECT_TRUE(machine.world.RunUntilIdle());
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 3u);
}

TEST(SimWorld, ALoopMayAlsoRunByItself) {
  SimMachine machine;
  const auto other = machine.world.NewLoop();
  bool stopped_in_time = false;
  auto work = [](Loop& loop, Loop& elsewhere, bool& done) -> Task<void> {
    co_await Sleep(loop, 1h);
    auto there = [&] { return Sleep(elsewhere, 1h); };
    co_await CallOn(loop, elsewhere, there);
    done = true;
    loop.Stop();
  };
  StartDetached(work(*machine.loop, *other, stopped_in_time));
  machine.loop->Run();
  EXPECT_TRUE(stopped_in_time);
}

TEST(SimTrace, IsTheSameForTheSameSeed) {
  std::set<uint64_t> traces;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const uint64_t trace = TraceOfWorkload({.seed = seed});
    EXPECT_EQ(trace, TraceOfWorkload({.seed = seed}));
    traces.insert(trace);
  }
  EXPECT_EQ(traces.size(), 10u);
}

}  // namespace
}  // namespace varve::io
