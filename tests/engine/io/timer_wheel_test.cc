#include "engine/io/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/io/random.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;

struct Noting : Timer {
  Noting(int as, std::vector<int>& in) : Timer(&Fire), name(as), fired(in) {}
  static void Fire(Timer& timer) {
    auto& self = static_cast<Noting&>(timer);
    self.fired.push_back(self.name);
  }
  int name;
  std::vector<int>& fired;
};

MonoTime At(Duration since_start) { return MonoTime(1h) + since_start; }

class TimerWheelTest : public testing::Test {
 protected:
  Noting& Add(Duration due) {
    const int name = static_cast<int>(timers_.size());
    timers_.push_back(std::make_unique<Noting>(name, fired_));
    wheel_.Add(*timers_.back(), At(due));
    return *timers_.back();
  }

  TimerWheel wheel_{At(0ms)};
  std::vector<int> fired_;
  std::vector<std::unique_ptr<Noting>> timers_;
};

TEST_F(TimerWheelTest, FiresOnceAndNeverEarly) {
  for (const Duration due : {0ms, 1ms, 63ms, 64ms, 65ms, 4095ms, 4096ms, 4097ms, 262'144ms}) {
    SCOPED_TRACE(due.count());
    TimerWheel wheel{At(0ms)};
    fired_.clear();
    Noting timer(7, fired_);
    wheel.Add(timer, At(due));
    wheel.Advance(At(due));
    EXPECT_TRUE(fired_.empty());
    wheel.Advance(At(due + 1ms));
    EXPECT_EQ(fired_.size(), 1u);
    wheel.Advance(At(due + 1h));
    EXPECT_EQ(fired_.size(), 1u);
    EXPECT_EQ(wheel.NextWake(), kNever);
  }
}

TEST_F(TimerWheelTest, TimersOfOneTickFireInTheOrderTheyCame) {
  // The first two wait on a higher level until the wheel comes near.
  Add(100ms);
  Add(100ms);
  wheel_.Advance(At(70ms));
  Add(100ms);
  wheel_.Advance(At(200ms));
  const std::vector<int> expected{0, 1, 2};
  EXPECT_EQ(fired_, expected);
}

TEST_F(TimerWheelTest, CancelledAndNeverDueTimersDoNotFire) {
  Add(10ms).Cancel();
  Noting never(9, fired_);
  wheel_.Add(never, kNever);
  EXPECT_FALSE(never.pending());
  {
    Noting gone(8, fired_);
    wheel_.Add(gone, At(5ms));
  }
  EXPECT_EQ(wheel_.size(), 0u);
  EXPECT_EQ(wheel_.NextWake(), kNever);
  wheel_.Advance(At(1s));
  EXPECT_TRUE(fired_.empty());
}

TEST_F(TimerWheelTest, AddingAgainMovesATimer) {
  Noting& timer = Add(10ms);
  wheel_.Add(timer, At(500ms));
  EXPECT_EQ(wheel_.size(), 1u);
  wheel_.Advance(At(100ms));
  EXPECT_TRUE(fired_.empty());
  wheel_.Advance(At(501ms));
  EXPECT_EQ(fired_.size(), 1u);
}

// Cancels one that is due at the same tick, and adds itself again.
struct Meddler : Timer {
  Meddler(TimerWheel& on, Timer& other) : Timer(&Fire), wheel(on), victim(other) {}
  static void Fire(Timer& timer) {
    auto& self = static_cast<Meddler&>(timer);
    self.victim.Cancel();
    if (++self.count < 3) self.wheel.Add(self, At(10ms));
  }
  TimerWheel& wheel;
  Timer& victim;
  int count = 0;
};

TEST_F(TimerWheelTest, AFiringTimerMayCancelOthersAndAddItself) {
  Noting victim(1, fired_);
  Meddler meddler(wheel_, victim);
  wheel_.Add(meddler, At(10ms));
  wheel_.Add(victim, At(10ms));
  wheel_.Advance(At(11ms));
  EXPECT_EQ(meddler.count, 1);
  // A deadline that has passed fires at the next tick, not in the same one for ever.
  wheel_.Advance(At(20ms));
  EXPECT_EQ(meddler.count, 3);
  EXPECT_TRUE(fired_.empty());
}

TEST_F(TimerWheelTest, NextWakeIsNeverLate) {
  Add(100'000ms);
  Add(70ms);
  for (;;) {
    const MonoTime wake = wheel_.NextWake();
    if (wake == kNever) break;
    EXPECT_LE(wake, At(100'001ms));
    wheel_.Advance(wake);
    EXPECT_EQ(fired_.empty(), wake < At(71ms));
  }
  EXPECT_EQ(fired_.size(), 2u);
}

TEST_F(TimerWheelTest, FarDeadlinesWait) {
  Add(std::chrono::hours(24 * 365 * 200));
  Add(std::chrono::hours(24 * 365 * 100));
  wheel_.Advance(At(std::chrono::hours(24 * 365 * 99)));
  EXPECT_TRUE(fired_.empty());
  wheel_.Advance(At(std::chrono::hours(24 * 365 * 101)));
  EXPECT_EQ(fired_, std::vector<int>{1});
}

// Against a plain list: random deadlines, cancellations and steps.
TEST_F(TimerWheelTest, AgreesWithAListForRandomTimers) {
  Random random(42);
  struct Expected {
    int64_t tick;
    int name;  // in the order of arrival
    auto operator<=>(const Expected&) const = default;
  };
  std::vector<Expected> pending;
  int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random.OneIn(3)) {
      now += static_cast<int64_t>(random.Below(uint64_t{1} << random.Below(16)));
      wheel_.Advance(At(std::chrono::milliseconds(now)));
      std::vector<int> due;
      std::ranges::sort(pending);
      while (!pending.empty() && pending.front().tick <= now) {
        due.push_back(pending.front().name);
        pending.erase(pending.begin());
      }
      ASSERT_EQ(fired_, due) << "step " << step;
      fired_.clear();
    } else if (!pending.empty() && random.OneIn(4)) {
      const size_t at = random.Below(pending.size());
      timers_[static_cast<size_t>(pending[at].name)]->Cancel();
      pending.erase(pending.begin() + static_cast<ptrdiff_t>(at));
    } else {
      const auto due = now + static_cast<int64_t>(random.Below(uint64_t{1} << random.Below(20)));
      pending.push_back({due + 1, static_cast<int>(timers_.size())});
      Add(std::chrono::milliseconds(due));
    }
    ASSERT_EQ(wheel_.size(), pending.size());
  }
}

}  // namespace
}  // namespace varve::io
