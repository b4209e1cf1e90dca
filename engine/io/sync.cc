#include "engine/io/sync.h"

#include <utility>

#include "engine/base/check.h"

namespace varve::io {

void WaitList::PushBack(Node& node) {
  node.next = nullptr;
  node.previous = tail_;
  node.linked = true;
  (tail_ != nullptr ? tail_->next : head_) = &node;
  tail_ = &node;
}

void WaitList::Remove(Node& node) {
  if (!node.linked) return;
  (node.previous != nullptr ? node.previous->next : head_) = node.next;
  (node.next != nullptr ? node.next->previous : tail_) = node.previous;
  node.linked = false;
}

WaitList::Node* WaitList::PopFront() {
  Node* node = head_;
  if (node != nullptr) Remove(*node);
  return node;
}

void Event::Set() {
  set_ = true;
  while (WaitList::Node* node = waiters_.PopFront()) loop_.Ready(node->waiter);
}

namespace {

// Resumes its waiter at a deadline, unless the wait list does so first.
struct DeadlineWait : Timer {
  explicit DeadlineWait(Loop& on) : Timer(&Fire), loop(on) {}

  static void Fire(Timer& timer) {
    auto& self = static_cast<DeadlineWait&>(timer);
    if (self.list != nullptr) {
      if (!self.node.linked) return;  // the event came first, and its waiter is already ready
      self.list->Remove(self.node);
      self.passed = true;
    }
    self.loop.Ready(self.node.waiter);
  }

  Loop& loop;
  WaitList* list = nullptr;
  WaitList::Node node;
  bool passed = false;  // the deadline, before the event
};

struct SuspendUntil {
  DeadlineWait& wait;
  MonoTime deadline;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    wait.node.waiter = waiter;
    if (wait.list != nullptr) wait.list->PushBack(wait.node);
    wait.loop.timers().Add(wait, deadline);
  }
  void await_resume() const noexcept {}
};

}  // namespace

Task<bool> Event::WaitUntil(MonoTime deadline) {
  if (set_) co_return true;
  if (deadline <= loop_.Now()) co_return false;
  DeadlineWait wait(loop_);
  wait.list = &waiters_;
  SuspendUntil suspend{wait, deadline};
  co_await suspend;
  co_return !wait.passed || set_;
}

Task<void> Sleep(Loop& loop, Duration duration) {
  DeadlineWait wait(loop);
  SuspendUntil suspend{wait, loop.Now() + duration};
  co_await suspend;
}

Task<bool> SleepUnless(Event& stop, Duration duration) {
  const bool stopped = co_await stop.WaitUntil(stop.loop().Now() + duration);
  co_return !stopped;
}

Gate::~Gate() { VARVE_CHECK(inside_ == 0, "{} tasks outlive their gate", inside_); }

bool Gate::Enter() {
  if (closing_) return false;
  ++inside_;
  return true;
}

void Gate::Leave() {
  VARVE_CHECK(inside_ > 0);
  if (--inside_ == 0 && closing_) idle_.Set();
}

task_internal::Detached Gate::Drive(Task<void> task) {
  {
    Task<void> running = std::move(task);  // its frame is freed before the gate is left
    co_await std::move(running);
  }
  Leave();
}

bool Gate::Spawn(Task<void> task) {
  if (!Enter()) return false;
  Drive(std::move(task));
  return true;
}

Task<void> Gate::Close() {
  closing_ = true;
  if (inside_ == 0) co_return;
  co_await idle_.Wait();
}

void Semaphore::Give(uint64_t units) {
  free_ += units;
  for (;;) {
    auto* node = static_cast<Node*>(waiters_.Front());
    if (node == nullptr || node->units > free_) return;
    free_ -= node->units;
    waiters_.Remove(*node);
    loop_.Ready(node->waiter);
  }
}

}  // namespace varve::io
