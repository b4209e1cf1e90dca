#include <string>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/lane.h"
#include "engine/io/pool.h"
#include "engine/io/sync.h"
#include "tests/engine/io/conformance/support.h"

// What a Loop promises: order, time, and the way to other threads and back.

namespace varve::io::conformance {
namespace {

using namespace std::chrono_literals;

Task<void> NoteAfter(Loop& loop, Duration duration, int name, std::vector<int>& order) {
  const MonoTime due = After(loop, duration);
  co_await Sleep(loop, duration);
  EXPECT_GE(loop.Now(), due);
  order.push_back(name);
}

TEST_P(LoopConformance, TimersFireInTheirOrderAndNeverEarly) {
  auto body = [](Loop& loop) -> Task<void> {
    std::vector<int> order;
    Gate gate(loop);
    gate.Spawn(NoteAfter(loop, 90ms, 3, order));
    gate.Spawn(NoteAfter(loop, 10ms, 1, order));
    gate.Spawn(NoteAfter(loop, 50ms, 2, order));
    co_await gate.Close();
    const std::vector<int> expected{1, 2, 3};
    EXPECT_EQ(order, expected);
  };
  Run(body(loop()));
}

TEST_P(LoopConformance, TheWallClockAgreesWithItself) {
  auto body = [](Loop& loop) -> Task<void> {
    const int64_t before = loop.clock().WallMillis();
    co_await Sleep(loop, 20ms);
    EXPECT_GT(before, 1'600'000'000'000);
    EXPECT_GE(loop.clock().WallMillis(), before);
  };
  Run(body(loop()));
}

Task<void> SetEvent(Event& event) {
  event.Set();
  co_return;
}

TEST_P(LoopConformance, WaitingEndsByTheEventOrTheDeadline) {
  auto body = [](Loop& loop) -> Task<void> {
    Event event(loop);
    EXPECT_FALSE(co_await event.WaitUntil(After(loop, 5ms)));
    EXPECT_FALSE(co_await event.WaitUntil(After(loop, -5ms)));
    Gate gate(loop);
    gate.Spawn(SetEvent(event));
    EXPECT_TRUE(co_await event.WaitUntil(After(loop, 1h)));
    co_await gate.Close();
  };
  Run(body(loop()));
}

struct NoteWork : Work {
  NoteWork(std::vector<int>& in, int as) : Work(&Run), order(in), name(as) {}
  static void Run(Work& work) {
    auto& self = static_cast<NoteWork&>(work);
    self.order.push_back(self.name);
  }
  std::vector<int>& order;
  int name;
};

Task<void> WaitAndNote(Event& event, int name, std::vector<int>& order) {
  co_await event.Wait();
  order.push_back(name);
}

Task<void> YieldAndNote(Loop& loop, int name, std::vector<int>& order) {
  co_await Yield{loop};
  order.push_back(name);
}

Task<void> KeepAwake(Event& me, Event& other, const bool& done) {
  while (!done) {
    co_await me.Wait();
    me.Reset();
    other.Set();
  }
}

TEST_P(LoopConformance, TheEndOfATurnComesAfterAllThatWasReady) {
  auto body = [](Loop& loop) -> Task<void> {
    std::vector<int> order;
    NoteWork first(order, 100);
    NoteWork second(order, 101);
    Gate gate(loop);
    Event event(loop);
    loop.AtTurnEnd(first);
    loop.AtTurnEnd(second);
    gate.Spawn(YieldAndNote(loop, 200, order));  // whoever gives way does not count
    gate.Spawn(WaitAndNote(event, 1, order));
    gate.Spawn(WaitAndNote(event, 2, order));
    event.Set();
    co_await Sleep(loop, 5ms);
    const std::vector<int> expected{1, 2, 100, 101, 200};
    EXPECT_EQ(order, expected);
    co_await gate.Close();
  };
  Run(body(loop()));
}

TEST_P(LoopConformance, TasksThatKeepEachOtherAwakeDoNotStopTime) {
  auto body = [](Loop& loop) -> Task<void> {
    Event ping(loop);
    Event pong(loop);
    bool done = false;
    Gate gate(loop);
    gate.Spawn(KeepAwake(ping, pong, done));
    gate.Spawn(KeepAwake(pong, ping, done));
    ping.Set();
    co_await Sleep(loop, 5ms);
    done = true;
    co_await gate.Close();
  };
  Run(body(loop()));
}

TEST_P(LoopConformance, PostedWorkRunsInOrder) {
  auto body = [](Loop& loop) -> Task<void> {
    std::vector<int> order;
    NoteWork first(order, 1);
    NoteWork second(order, 2);
    NoteWork third(order, 3);
    for (NoteWork* work : {&first, &second, &third}) loop.Post(*work);
    co_await Sleep(loop, 5ms);
    const std::vector<int> expected{1, 2, 3};
    EXPECT_EQ(order, expected);
  };
  Run(body(loop()));
}

TEST_P(LoopConformance, OffloadBringsBackWhatTheFunctionReturned) {
  auto body = [](Loop& loop) -> Task<void> {
    int calls = 0;
    auto text = [&] {
      ++calls;
      return std::string("result");
    };
    auto nothing = [&] { ++calls; };
    EXPECT_EQ(co_await Offload(loop, text), "result");
    co_await Offload(loop, nothing);
    EXPECT_EQ(calls, 2);
  };
  Run(body(loop()));
}

Task<void> OffloadSquare(Loop& loop, int number, int& sum) {
  auto square = [&] { return number * number; };
  sum += co_await Offload(loop, square);
}

TEST_P(LoopConformance, ManyOffloadsAtOnceAllComeBack) {
  auto body = [](Loop& loop) -> Task<void> {
    int sum = 0;
    Gate gate(loop);
    for (int i = 1; i <= 1000; ++i) gate.Spawn(OffloadSquare(loop, i, sum));
    co_await gate.Close();
    EXPECT_EQ(sum, 333'833'500);
  };
  Run(body(loop()));
}

Task<void> NoteOnLane(Lane& lane, int number, std::vector<int>& computed, std::vector<int>& back) {
  auto note = [&] { computed.push_back(number); };
  co_await lane.Run(note);
  back.push_back(number);
}

TEST_P(LoopConformance, ALaneRunsOneAtATimeInOrder) {
  auto body = [](Loop& loop) -> Task<void> {
    std::vector<int> computed;  // by functions that nothing but the lane keeps apart
    std::vector<int> back;
    std::vector<int> expected;
    Lane lane(loop);
    for (int round = 0; round < 100; ++round) {
      Gate gate(loop);
      for (int i = 0; i < 10; ++i) {
        expected.push_back(round * 10 + i);
        gate.Spawn(NoteOnLane(lane, expected.back(), computed, back));
      }
      co_await gate.Close();
    }
    EXPECT_EQ(computed, expected);
    EXPECT_EQ(back, expected);
  };
  Run(body(loop()));
}

TEST_P(LoopConformance, ALaneMayGoWhenItsLastFunctionHasCome) {
  auto body = [](Loop& loop) -> Task<void> {
    int calls = 0;
    auto count = [&] { ++calls; };
    for (int i = 0; i < 1000; ++i) {
      Lane lane(loop);
      co_await lane.Run(count);
    }
    EXPECT_EQ(calls, 1000);
  };
  Run(body(loop()));
}

Task<int> Add(Loop& loop, int left, int right) {
  co_await Yield{loop};
  co_return left + right;
}

TEST_P(LoopConformance, CallsRunOnTheOtherLoopAndComeBack) {
  auto body = [](Loop& here, Loop& there) -> Task<void> {
    for (int i = 0; i < 1000; ++i) {
      auto add = [&] { return Add(there, i, 1); };
      EXPECT_EQ(co_await CallOn(here, there, add), i + 1);
    }
    auto local = [&] { return Add(here, 1, 2); };
    EXPECT_EQ(co_await CallOn(here, here, local), 3);
    auto sleep = [&] { return Sleep(there, 5ms); };
    co_await CallOn(here, there, sleep);
  };
  Loop& other = fixture().AddLoop();
  Run(body(loop(), other));
}

Task<void> CallOnce(Loop& here, Loop& there, int& sum) {
  auto add = [&] { return Add(there, 1, 1); };
  sum += co_await CallOn(here, there, add);
}

Task<int> CallBack(Loop& here, Loop& there) {
  int sum = 0;
  Gate gate(here);
  for (int i = 0; i < 500; ++i) gate.Spawn(CallOnce(here, there, sum));
  co_await gate.Close();
  co_return sum;
}

TEST_P(LoopConformance, ManyCallsCrossInBothDirections) {
  auto body = [](Loop& here, Loop& there) -> Task<void> {
    int sum = 0;
    Gate gate(here);
    for (int i = 0; i < 500; ++i) gate.Spawn(CallOnce(here, there, sum));
    auto back = [&] { return CallBack(there, here); };
    EXPECT_EQ(co_await CallOn(here, there, back), 1000);
    co_await gate.Close();
    EXPECT_EQ(sum, 1000);
  };
  Loop& other = fixture().AddLoop();
  Run(body(loop(), other));
}

// The order in which one loop's messages reach another is the order of sending.
TEST_P(LoopConformance, OneSendersMessagesKeepTheirOrder) {
  auto body = [](Loop& here, Loop& there) -> Task<void> {
    std::vector<int> order;
    std::vector<std::unique_ptr<NoteWork>> works;
    works.reserve(100);
    for (int i = 0; i < 100; ++i) works.push_back(std::make_unique<NoteWork>(order, i));
    for (const auto& work : works) there.Post(*work);
    auto last = [&] { return Add(there, 0, 0); };
    EXPECT_EQ(co_await CallOn(here, there, last), 0);
    EXPECT_EQ(order.size(), 100u);
    for (int i = 0; i < static_cast<int>(order.size()); ++i) {
      EXPECT_EQ(order[static_cast<size_t>(i)], i);
    }
  };
  Loop& other = fixture().AddLoop();
  Run(body(loop(), other));
}

}  // namespace
}  // namespace varve::io::conformance
