#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/io/loop.h"
#include "engine/io/work.h"

namespace varve::io {

// Where blocking calls and long computations go: a bounded set of threads that all loops share;
// in the simulation, a place in virtual time.
//
// Threads   Submit may be called from any thread.
// Bound     Every job belongs to a suspended task, so the queue is as long as there are tasks.
class Pool {
 public:
  virtual ~Pool() = default;
  // Runs `job` on some thread of the pool, in the order of submission. The job posts its own
  // completion.
  virtual void Submit(Work& job) = 0;
};

// Anything over about 200 us of CPU, and any blocking call, leaves the loop this way:
//
//   auto inflate = [&] { return Decompress(codec, bytes, limit); };   // a name of its own
//   auto result = co_await Offload(loop, inflate);
//
// The function runs on a pool thread while the task is suspended: what it refers to is safe to
// use, and nobody else may touch it meanwhile. It is taken by reference, so it must have a name.
template <typename Function>
class OffloadAwaiter : private Work {
 public:
  using Result = std::invoke_result_t<Function&>;

  OffloadAwaiter(Loop& loop, Function& function)
      : Work(&OffloadAwaiter::RunOnPool), loop_(loop), function_(function) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    loop_.pool().Submit(*this);
  }
  Result await_resume() {
    if constexpr (!std::is_void_v<Result>) return std::move(*result_);
  }

 private:
  struct Nothing {};

  static void RunOnPool(Work& work) {
    auto& self = static_cast<OffloadAwaiter&>(work);
    if constexpr (std::is_void_v<Result>) {
      self.function_();
    } else {
      self.result_.emplace(self.function_());
    }
    self.run = &OffloadAwaiter::ResumeOnLoop;
    self.loop_.Post(self);
  }
  static void ResumeOnLoop(Work& work) { static_cast<OffloadAwaiter&>(work).waiter_.resume(); }

  Loop& loop_;
  Function& function_;
  std::coroutine_handle<> waiter_;
  std::conditional_t<std::is_void_v<Result>, Nothing, std::optional<Result>> result_;
};

template <typename Function>
OffloadAwaiter<Function> Offload(Loop& loop, Function& function) {
  return OffloadAwaiter<Function>(loop, function);
}

}  // namespace varve::io
