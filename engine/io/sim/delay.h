#pragma once

#include <coroutine>

#include "engine/io/loop.h"
#include "engine/io/random.h"
#include "engine/io/sim/event_queue.h"
#include "engine/io/sim/options.h"

namespace varve::io {

inline Duration Draw(Random& random, SimSpan span) {
  const auto width = static_cast<uint64_t>((span.most - span.least).count()) + 1;
  return span.least + Duration(static_cast<int64_t>(random.Below(width)));
}

// Suspends a task of `loop` for exactly that long: a call on its way through the kernel. Not at
// all for no time.
class SimDelay : private SimEvent {
 public:
  SimDelay(SimEventQueue& events, Loop& loop, Duration duration)
      : SimEvent(&Wake), events_(events), loop_(loop), duration_(duration) {}

  bool await_ready() const noexcept { return duration_ <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    events_.Add(*this, loop_.Now() + duration_);
  }
  void await_resume() const noexcept {}

 private:
  static void Wake(SimEvent& event) {
    auto& self = static_cast<SimDelay&>(event);
    self.loop_.Ready(self.waiter_);
  }

  SimEventQueue& events_;
  Loop& loop_;
  Duration duration_;
  std::coroutine_handle<> waiter_;
};

}  // namespace varve::io
