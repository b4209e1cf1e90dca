#include "engine/io/sync.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/io/manual_loop.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;

Task<void> WaitAndNote(Event& event, int name, std::vector<int>& order) {
  co_await event.Wait();
  order.push_back(name);
}

TEST(Event, ResumesAllThatWaitInTheirOrder) {
  ManualLoop loop;
  std::vector<int> order;
  auto body = [](Loop& on, std::vector<int>& into) -> Task<void> {
    Event event(on);
    Gate gate(on);
    for (int name = 0; name < 3; ++name) gate.Spawn(WaitAndNote(event, name, into));
    EXPECT_TRUE(into.empty());
    event.Set();
    co_await event.Wait();
    co_await gate.Close();
  };
  loop.RunTask(body(loop, order));
  const std::vector<int> expected{0, 1, 2};
  EXPECT_EQ(order, expected);
}

Task<void> SetAfter(Event& event, Duration duration, bool then_reset) {
  co_await Sleep(event.loop(), duration);
  event.Set();
  if (then_reset) event.Reset();
}

TEST(Event, WaitUntilTellsWhichCameFirst) {
  ManualLoop loop;
  auto body = [](Loop& on) -> Task<void> {
    Event event(on);
    Gate gate(on);
    gate.Spawn(SetAfter(event, 50ms, false));
    EXPECT_FALSE(co_await event.WaitUntil(on.Now() + 10ms));
    EXPECT_TRUE(co_await event.WaitUntil(on.Now() + 100ms));
    EXPECT_TRUE(co_await event.WaitUntil(on.Now() - 100ms));
    co_await gate.Close();
  };
  loop.RunTask(body(loop));
}

// Whoever waited has seen the event, also when it is reset before their turn comes.
TEST(Event, AResetAfterTheEventIsNoDeadline) {
  ManualLoop loop;
  auto body = [](Loop& on) -> Task<void> {
    Event event(on);
    Gate gate(on);
    gate.Spawn(SetAfter(event, 10ms, true));
    EXPECT_TRUE(co_await event.WaitUntil(on.Now() + 1h));
    co_await gate.Close();
  };
  loop.RunTask(body(loop));
  EXPECT_LT(loop.Now(), MonoTime(1s));
}

TEST(Event, SleepIsCutShort) {
  ManualLoop loop;
  auto body = [](Loop& on) -> Task<void> {
    Event stop(on);
    EXPECT_TRUE(co_await SleepUnless(stop, 10ms));
    Gate gate(on);
    gate.Spawn(SetAfter(stop, 10ms, false));
    EXPECT_FALSE(co_await SleepUnless(stop, 1h));
    co_await gate.Close();
  };
  loop.RunTask(body(loop));
}

Task<void> SleepAndCount(Loop& loop, Duration duration, int& count) {
  co_await Sleep(loop, duration);
  ++count;
}

TEST(Gate, CloseWaitsForAllInside) {
  ManualLoop loop;
  int count = 0;
  auto body = [](Loop& on, int& done) -> Task<void> {
    Gate gate(on);
    EXPECT_TRUE(gate.Spawn(SleepAndCount(on, 10ms, done)));
    EXPECT_TRUE(gate.Spawn(SleepAndCount(on, 20ms, done)));
    EXPECT_TRUE(gate.Enter());
    EXPECT_EQ(gate.inside(), 3u);
    gate.Leave();
    co_await gate.Close();
    EXPECT_EQ(done, 2);
    EXPECT_FALSE(gate.Enter());
    EXPECT_FALSE(gate.Spawn(SleepAndCount(on, 10ms, done)));
    co_await gate.Close();
  };
  loop.RunTask(body(loop, count));
  EXPECT_EQ(count, 2);
}

TEST(GateDeathTest, ChecksThatNothingIsLeft) {
  EXPECT_DEATH(
      {
        ManualLoop loop;
        Gate gate(loop);
        gate.Enter();
      },
      "1 tasks outlive their gate");
}

Task<void> TakeAndNote(Semaphore& semaphore, uint64_t units, int name, std::vector<int>& order) {
  co_await semaphore.Take(units);
  order.push_back(name);
}

TEST(Semaphore, ServesInTheOrderOfAskingAlsoPastALargeOne) {
  ManualLoop loop;
  std::vector<int> order;
  auto body = [](Loop& on, std::vector<int>& into) -> Task<void> {
    Semaphore semaphore(on, 3);
    co_await semaphore.Take(2);
    Gate gate(on);
    gate.Spawn(TakeAndNote(semaphore, 3, 1, into));
    gate.Spawn(TakeAndNote(semaphore, 1, 2, into));  // there is one, but it is not its turn
    co_await Yield{on};
    EXPECT_TRUE(into.empty());
    semaphore.Give(2);
    co_await Yield{on};
    EXPECT_EQ(into, std::vector<int>{1});
    semaphore.Give(3);
    co_await gate.Close();
    EXPECT_EQ(semaphore.free(), 2u);
  };
  loop.RunTask(body(loop, order));
  const std::vector<int> expected{1, 2};
  EXPECT_EQ(order, expected);
}

}  // namespace
}  // namespace varve::io
