#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/frame_pool.h"

namespace varve::io {

// A coroutine that yields one value to the one coroutine that awaits it.
//
//   Task<absl::StatusOr<int>> Twice(File& file) {
//     CO_ASSIGN_OR_RETURN(int value, co_await ReadInt(file));
//     co_return 2 * value;
//   }
//
// Starts    when awaited, not before. What completes at once does not suspend the awaiter's loop.
// Lifetime  The task owns its frame; what it refers to must outlive it. Parameters taken by
//           reference are the caller's and must live until the task is done.
// Threads   Runs, and is destroyed, on one loop.
// Errors    No exceptions: one that escapes ends the process.
//
// gcc 12 destroys twice an aggregate or capturing lambda that is built inside a co_await
// expression: name it on its own line first. No capturing lambda is itself a coroutine.
template <typename T = void>
class Task;

namespace task_internal {

struct PromiseBase {
  std::coroutine_handle<> continuation;

  static void* operator new(size_t size) { return FramePool::Allocate(size); }
  static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      return done.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept {
    CheckFailed(__FILE__, __LINE__, "no exception leaves a task", "");
  }
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T Take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void Take() const noexcept {}
};

}  // namespace task_internal

template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_internal::Promise<T>;
  using value_type = T;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> frame;

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) const noexcept {
      frame.promise().continuation = waiter;
      return frame;
    }
    [[nodiscard]] T await_resume() const { return frame.promise().Take(); }
  };

  Awaiter operator co_await() && noexcept { return Awaiter{frame_}; }

 private:
  std::coroutine_handle<promise_type> frame_;
};

namespace task_internal {

template <typename T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine that nobody awaits: starts at once and frees its own frame.
struct Detached {
  struct promise_type {
    static void* operator new(size_t size) { return FramePool::Allocate(size); }
    static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept {
      CheckFailed(__FILE__, __LINE__, "no exception leaves a task", "");
    }
  };
};

}  // namespace task_internal

// Starts `task` without waiting for it. Prefer Gate::Spawn, which closing can wait for.
inline task_internal::Detached StartDetached(Task<void> task) { co_await std::move(task); }

}  // namespace varve::io
