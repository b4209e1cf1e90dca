#pragma once

#include <array>
#include <coroutine>

#include "engine/io/loop.h"
#include "engine/io/task.h"

namespace varve::io {

enum class Direction : uint8_t { kRead = 0, kWrite = 1 };

// Waiting until a non-blocking descriptor can go on, in one direction or the other. The way
// streams and listeners use it:
//
//   while ((n = recv(fd, ...)) < 0 && errno == EAGAIN) {
//     readiness.Clear(Direction::kRead);
//     co_await readiness.Wait(Direction::kRead);
//     if (readiness.cancelled()) co_return Cancelled();
//   }
//
// Lifetime  The descriptor outlives it; nobody waits when it is destroyed.
// Threads   Its loop. One task waits in each direction at a time.
class Readiness {
 public:
  explicit Readiness(Loop& loop) : loop_(loop) {}
  virtual ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // False: waiting is known to be needed.
  bool IsReady(Direction direction) const { return Of(direction).ready; }
  // The descriptor has just said EAGAIN, or handed out the last that it had.
  virtual void Clear(Direction direction) { Of(direction).ready = false; }

  struct Awaiter;
  // Suspends while not ready and not cancelled.
  Awaiter Wait(Direction direction);
  // False if the deadline passed first.
  Task<bool> WaitUntil(Direction direction, MonoTime deadline);

  // Ends all waits, these and later ones, in their own time.
  void Cancel();
  bool cancelled() const { return cancelled_; }
  Loop& loop() const { return loop_; }

 protected:
  // The descriptor can go on.
  void Signal(Direction direction) {
    Of(direction).ready = true;
    Resume(direction);
  }
  // The wait has ended, whatever the reason.
  void Resume(Direction direction);

  // Somebody waits: see to it that Signal is called.
  virtual void Arm(Direction direction) = 0;
  // The wait shall end early: call Resume, now or when the kernel has let go.
  virtual void Disarm(Direction direction) = 0;

 private:
  struct State {
    std::coroutine_handle<> waiter;
    bool ready = false;
  };
  State& Of(Direction direction) { return states_[static_cast<size_t>(direction)]; }
  const State& Of(Direction direction) const { return states_[static_cast<size_t>(direction)]; }

  Loop& loop_;
  std::array<State, 2> states_;
  bool cancelled_ = false;

  friend struct Awaiter;
};

struct Readiness::Awaiter {
  Readiness& readiness;
  Direction direction;

  bool await_ready() const noexcept { return readiness.IsReady(direction) || readiness.cancelled_; }
  void await_suspend(std::coroutine_handle<> waiter) const;
  void await_resume() const noexcept {}
};

inline Readiness::Awaiter Readiness::Wait(Direction direction) { return {*this, direction}; }

}  // namespace varve::io
