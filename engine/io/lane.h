#pragma once

#include <coroutine>
#include <mutex>

#include "engine/io/loop.h"
#include "engine/io/pool.h"
#include "engine/io/work.h"

namespace varve::io {

// Computations that go to the pool one behind the other. What is waiting when one ends begins at
// once, on the same thread, without the loop in between: on the way there and back a thread has to
// be woken each time, which can take longer than a short computation does.
//
//   Lane lane(loop);
//   gate.Spawn(...);                    // each does: co_await lane.Run(function)
//
// Lifetime  Outlives all that it runs.
// Threads   Run belongs to the loop; functions run on the pool, one at a time, in the order of Run.
// Bound     Each belongs to a suspended task.
class Lane : private Work {
 public:
  explicit Lane(Loop& loop) : Work(&Lane::RunOnPool), loop_(loop) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  template <typename Function>
  class Awaiter;
  // The function is taken by reference, as in Offload, and returns nothing.
  template <typename Function>
  Awaiter<Function> Run(Function& function) {
    return Awaiter<Function>(*this, function);
  }

 private:
  // Behind what is there; hands the lane to the pool if it is idle.
  void Push(Work& job);
  // The job that follows; null, and the lane is idle and may be gone, if there is none.
  Work* Next();
  static void RunOnPool(Work& work);

  Loop& loop_;
  std::mutex mutex_;
  Work* head_ = nullptr;
  Work* tail_ = nullptr;
  bool running_ = false;
};

template <typename Function>
class Lane::Awaiter : private Work {
 public:
  Awaiter(Lane& lane, Function& function)
      : Work(&Awaiter::Compute), lane_(lane), function_(function) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    lane_.Push(*this);
  }
  void await_resume() const noexcept {}

 private:
  static void Compute(Work& work) {
    auto& self = static_cast<Awaiter&>(work);
    self.function_();
    self.run = &Awaiter::Resume;
  }
  static void Resume(Work& work) { static_cast<Awaiter&>(work).waiter_.resume(); }

  Lane& lane_;
  Function& function_;
  std::coroutine_handle<> waiter_;
};

}  // namespace varve::io
