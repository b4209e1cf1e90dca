#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <deque>

#include "engine/io/clock.h"
#include "engine/io/random.h"
#include "engine/io/timer_wheel.h"
#include "engine/io/work.h"

namespace varve::io {

class Disk;
class Net;
class Pool;

// One thread's event loop: the heart of a shard. Resumes what can go on, fires timers, runs what
// others posted, and sleeps in the kernel when there is nothing to do. A backend supplies the
// sleeping (uring/, epoll/) or the whole of time (sim/).
//
// Threads   Post() and Stop() may be called from any thread; everything else only on the loop's
// own. Lifetime  Outlives everything that runs on it. Its destructor checks that no timer is
// pending.
class Loop {
 public:
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `work` on this loop, after what was posted before. Wakes the loop if it sleeps. What one
  // thread wrote before Post is seen by `work`.
  void Post(Work& work);

  // Resumes `waiter` after everything that can already go on.
  void Ready(std::coroutine_handle<> waiter) { ready_.push_back(waiter); }
  // Resumes `waiter` once the loop has looked for new input.
  void AfterInput(std::coroutine_handle<> waiter) { after_input_.push_back(waiter); }

  // Runs `work` when all that can go on has gone on, before the loop looks for new input: the
  // place to gather what one turn brought into one write.
  void AtTurnEnd(Work& work);

  // Turns until Stop() was called.
  void Run();
  void Stop();

  TimerWheel& timers() { return timers_; }
  Random& random() { return random_; }
  virtual const Clock& clock() const = 0;
  virtual Disk& disk() = 0;
  virtual Net& net() = 0;
  virtual Pool& pool() = 0;

  MonoTime Now() const { return clock().Now(); }

 protected:
  Loop(MonoTime start, uint64_t seed) : timers_(start), random_(seed) {}

  // Runs posted work, due timers, everything ready, and the ends of turns, without waiting.
  void RunReady();
  // When the loop has to run again although nothing arrives: at once, at a timer, or never.
  MonoTime NextWake() const;
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  // Waits for input until `deadline`, and makes ready what it completes. A deadline that has
  // passed means: only look.
  virtual void Wait(MonoTime deadline) = 0;
  // Ends a Wait from another thread.
  virtual void WakeUp() = 0;

  // Waits until no other thread is inside Post or Stop: what such a thread posted may have ended
  // the loop already. A backend with threads calls it first of all in its destructor.
  void AwaitPosters() const;

 private:
  void RunPosted();
  void RunTurnEnds();
  void WakeIfAsleep();
  bool HasPosted() const { return posted_.load(std::memory_order_acquire) != nullptr; }

  void RunRound();

  std::deque<std::coroutine_handle<>> ready_;
  std::deque<std::coroutine_handle<>> after_input_;
  Work* turn_end_head_ = nullptr;
  Work* turn_end_tail_ = nullptr;
  TimerWheel timers_;
  Random random_;

  std::atomic<Work*> posted_{nullptr};  // last posted first
  std::atomic<bool> asleep_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<uint32_t> posters_{0};  // threads that may still look at this loop
};

// Suspends until the loop has run what else is ready and looked for new input:
// `co_await Yield{loop};`
struct Yield {
  Loop& loop;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const { loop.AfterInput(waiter); }
  void await_resume() const noexcept {}
};

}  // namespace varve::io
