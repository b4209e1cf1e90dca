#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/io/work.h"

namespace varve::io {

// Runs a task on another loop and resumes here with its result: one message there, one back.
//
//   auto read = [&] { return partition.Read(offset, bytes); };        // a name of its own
//   auto result = co_await CallOn(here, there, read);
//
// `function` is called on `there` and returns the Task to run; that task's frame is made and
// freed there. What both sides refer to is the other side's until the call has come back.
// A call to the own loop runs in place.
template <typename Function>
class CallAwaiter : private Work {
 public:
  using Result = typename std::invoke_result_t<Function&>::value_type;

  CallAwaiter(Loop& here, Loop& there, Function& function)
      : Work(&CallAwaiter::RunThere), here_(here), there_(there), function_(function) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    if (&here_ == &there_) {
      Drive(*this);
    } else {
      there_.Post(*this);
    }
  }
  Result await_resume() {
    if constexpr (!std::is_void_v<Result>) return std::move(*result_);
  }

 private:
  struct Nothing {};

  static void RunThere(Work& work) { Drive(static_cast<CallAwaiter&>(work)); }
  static void ResumeHere(Work& work) { static_cast<CallAwaiter&>(work).waiter_.resume(); }

  static task_internal::Detached Drive(CallAwaiter& self) {
    {
      auto task = self.function_();
      if constexpr (std::is_void_v<Result>) {
        co_await std::move(task);
      } else {
        self.result_.emplace(co_await std::move(task));
      }
    }
    self.run = &CallAwaiter::ResumeHere;
    if (&self.here_ == &self.there_) {
      self.here_.Ready(self.waiter_);
    } else {
      self.here_.Post(self);
    }
  }

  Loop& here_;
  Loop& there_;
  Function& function_;
  std::coroutine_handle<> waiter_;
  std::conditional_t<std::is_void_v<Result>, Nothing, std::optional<Result>> result_;
};

template <typename Function>
CallAwaiter<Function> CallOn(Loop& here, Loop& there, Function& function) {
  return CallAwaiter<Function>(here, there, function);
}

}  // namespace varve::io
