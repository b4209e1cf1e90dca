#include "engine/io/loop.h"

#include <thread>
#include <utility>

namespace varve::io {

void Loop::Post(Work& work) {
  posters_.fetch_add(1, std::memory_order_relaxed);
  Work* head = posted_.load(std::memory_order_relaxed);
  do {
    work.next = head;
  } while (!posted_.compare_exchange_weak(head, &work, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
  WakeIfAsleep();
}

void Loop::Stop() {
  posters_.fetch_add(1, std::memory_order_relaxed);
  stopped_.store(true, std::memory_order_seq_cst);
  WakeIfAsleep();
}

// The loop sets asleep_ before it looks at what it was told for the last time, so one of the two
// sees the other. Only the first of many posts pays for waking it.
void Loop::WakeIfAsleep() {
  if (asleep_.load(std::memory_order_seq_cst) && asleep_.exchange(false)) WakeUp();
  posters_.fetch_sub(1, std::memory_order_release);
}

void Loop::AwaitPosters() const {
  while (posters_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

void Loop::AtTurnEnd(Work& work) {
  work.next = nullptr;
  (turn_end_tail_ != nullptr ? turn_end_tail_->next : turn_end_head_) = &work;
  turn_end_tail_ = &work;
}

void Loop::RunPosted() {
  Work* reversed = posted_.exchange(nullptr, std::memory_order_acquire);
  Work* next = nullptr;
  while (reversed != nullptr) {
    Work* work = std::exchange(reversed, reversed->next);
    work->next = std::exchange(next, work);
  }
  while (next != nullptr) {
    Work* work = std::exchange(next, next->next);
    work->run(*work);
  }
}

void Loop::RunTurnEnds() {
  Work* next = std::exchange(turn_end_head_, nullptr);
  turn_end_tail_ = nullptr;
  while (next != nullptr) {
    Work* work = std::exchange(next, next->next);
    work->run(*work);
  }
}

void Loop::RunRound() {
  for (size_t left = ready_.size(); left > 0; --left) {
    const std::coroutine_handle<> waiter = ready_.front();
    ready_.pop_front();
    waiter.resume();
  }
  if (ready_.empty()) RunTurnEnds();
}

// A request passes through several tasks, each made ready by the one before: looking for input in
// between would cost a system call each time. Yet tasks that keep each other ready must not keep
// input waiting.
void Loop::RunReady() {
  constexpr int kRoundsMax = 16;
  RunPosted();
  timers_.Advance(Now());
  int rounds = 0;
  do {
    RunRound();
  } while (!ready_.empty() && ++rounds < kRoundsMax);
  while (!after_input_.empty()) {
    ready_.push_back(after_input_.front());
    after_input_.pop_front();
  }
}

MonoTime Loop::NextWake() const {
  const bool none_ready = ready_.empty() && after_input_.empty();
  if (!none_ready || turn_end_head_ != nullptr || HasPosted()) return MonoTime::min();
  return timers_.NextWake();
}

void Loop::Run() {
  while (!stopped()) {
    RunReady();
    if (NextWake() == MonoTime::min()) {
      Wait(MonoTime::min());
      continue;
    }
    asleep_.store(true, std::memory_order_seq_cst);
    const bool idle = posted_.load(std::memory_order_seq_cst) == nullptr && !stopped();
    Wait(idle ? NextWake() : MonoTime::min());
    asleep_.store(false, std::memory_order_relaxed);
  }
}

}  // namespace varve::io
