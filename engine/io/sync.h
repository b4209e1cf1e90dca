#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "engine/io/clock.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/io/timer_wheel.h"

// Waiting on one loop: none of these is touched from another thread.

namespace varve::io {

// Links of coroutines that wait for the same thing, first come first served.
class WaitList {
 public:
  struct Node {
    std::coroutine_handle<> waiter;
    Node* next = nullptr;
    Node* previous = nullptr;
    bool linked = false;
  };

  bool empty() const { return head_ == nullptr; }
  void PushBack(Node& node);
  void Remove(Node& node);
  Node* Front() const { return head_; }
  Node* PopFront();

 private:
  Node* head_ = nullptr;
  Node* tail_ = nullptr;
};

// Happens once; whoever waits, before or after, goes on. Reset makes it happen again.
class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void Set();
  void Reset() { set_ = false; }
  bool is_set() const { return set_; }
  Loop& loop() const { return loop_; }

  struct Awaiter;
  Awaiter Wait();

  // Waits until the event or the deadline, whichever comes first; true for the event.
  Task<bool> WaitUntil(MonoTime deadline);

 private:
  Loop& loop_;
  WaitList waiters_;
  bool set_ = false;
};

struct Event::Awaiter {
  Event& event;
  WaitList::Node node{};

  bool await_ready() const noexcept { return event.set_; }
  void await_suspend(std::coroutine_handle<> waiter) {
    node.waiter = waiter;
    event.waiters_.PushBack(node);
  }
  void await_resume() const noexcept {}
};

inline Event::Awaiter Event::Wait() { return Awaiter{*this}; }

// Suspends for a while: `co_await Sleep(loop, 5ms);`
Task<void> Sleep(Loop& loop, Duration duration);
// The same, cut short by `stop`; true if the whole time passed.
Task<bool> SleepUnless(Event& stop, Duration duration);

// Counts what is under way, so that closing can wait for it.
//
//   gate.Spawn(Serve(connection));     // starts at once, runs beside the caller
//   co_await gate.Close();             // nothing new starts; done when all have ended
//
// The destructor checks that nothing is left.
class Gate {
 public:
  explicit Gate(Loop& loop) : idle_(loop) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  // Starts `task`; false, and the task is dropped unstarted, once Close was called.
  bool Spawn(Task<void> task);
  // Enter and Leave, for what is not a task. False once Close was called.
  bool Enter();
  void Leave();

  Task<void> Close();
  bool closing() const { return closing_; }
  size_t inside() const { return inside_; }

 private:
  task_internal::Detached Drive(Task<void> task);

  Event idle_;
  size_t inside_ = 0;
  bool closing_ = false;
};

// A count of units that tasks take and give back, in the order they asked: a lock when it is 1.
class Semaphore {
 public:
  Semaphore(Loop& loop, uint64_t units) : loop_(loop), free_(units) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  struct Awaiter;
  Awaiter Take(uint64_t units = 1);
  void Give(uint64_t units = 1);
  uint64_t free() const { return free_; }

 private:
  struct Node : WaitList::Node {
    uint64_t units = 0;
  };

  Loop& loop_;
  uint64_t free_;
  WaitList waiters_;
};

struct Semaphore::Awaiter {
  Semaphore& semaphore;
  uint64_t units;
  Semaphore::Node node{};

  bool await_ready() {
    if (!semaphore.waiters_.empty() || semaphore.free_ < units) return false;
    semaphore.free_ -= units;
    return true;
  }
  void await_suspend(std::coroutine_handle<> waiter) {
    node.waiter = waiter;
    node.units = units;
    semaphore.waiters_.PushBack(node);
  }
  void await_resume() const noexcept {}
};

inline Semaphore::Awaiter Semaphore::Take(uint64_t units) { return Awaiter{*this, units}; }

}  // namespace varve::io
