#pragma once

#include <cstdint>

#include "engine/io/sync.h"

namespace varve::net {

// The memory that requests of one shard may hold: its share of queued.max.request.bytes. Who asks
// for more than is left waits, in order, and so does not read from its socket meanwhile: the
// client feels it as back-pressure.
//
// One request always goes ahead when nothing else holds memory, even if it is larger than the
// budget: its size is bounded by socket.request.max.bytes, and waiting would be for ever.
//
// Threads   One loop.
class MemoryBudget {
 public:
  MemoryBudget(io::Loop& loop, uint64_t bytes_max) : loop_(loop), bytes_max_(bytes_max) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  struct Awaiter;
  Awaiter Take(uint64_t bytes);
  // Without waiting, or going ahead of those who wait: false if that is not left.
  bool TryTake(uint64_t bytes) {
    if (contended() || used_ + bytes > bytes_max_) return false;
    used_ += bytes;
    return true;
  }
  void Give(uint64_t bytes);

  uint64_t used() const { return used_; }
  bool contended() const { return !waiters_.empty(); }  // somebody waits

 private:
  struct Node : io::WaitList::Node {
    uint64_t bytes = 0;
  };
  bool Fits(uint64_t bytes) const { return used_ == 0 || used_ + bytes <= bytes_max_; }

  io::Loop& loop_;
  const uint64_t bytes_max_;
  uint64_t used_ = 0;
  io::WaitList waiters_;
};

struct MemoryBudget::Awaiter {
  MemoryBudget& budget;
  uint64_t bytes;
  MemoryBudget::Node node{};

  bool await_ready() {
    if (!budget.waiters_.empty() || !budget.Fits(bytes)) return false;
    budget.used_ += bytes;
    return true;
  }
  void await_suspend(std::coroutine_handle<> waiter) {
    node.waiter = waiter;
    node.bytes = bytes;
    budget.waiters_.PushBack(node);
  }
  void await_resume() const noexcept {}
};

inline MemoryBudget::Awaiter MemoryBudget::Take(uint64_t bytes) { return Awaiter{*this, bytes}; }

inline void MemoryBudget::Give(uint64_t bytes) {
  used_ -= bytes;
  while (auto* node = static_cast<Node*>(waiters_.Front())) {
    if (!Fits(node->bytes)) return;
    used_ += node->bytes;
    waiters_.Remove(*node);
    loop_.Ready(node->waiter);
  }
}

}  // namespace varve::net
