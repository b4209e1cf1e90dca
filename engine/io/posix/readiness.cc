#include "engine/io/posix/readiness.h"

#include <utility>

#include "engine/base/check.h"

namespace varve::io {

Readiness::~Readiness() {
  VARVE_CHECK(!states_[0].waiter && !states_[1].waiter, "a descriptor goes while a task waits");
}

void Readiness::Awaiter::await_suspend(std::coroutine_handle<> waiter) const {
  State& state = readiness.Of(direction);
  VARVE_CHECK(!state.waiter, "two tasks wait for the same direction of a descriptor");
  state.waiter = waiter;
  readiness.Arm(direction);
}

void Readiness::Resume(Direction direction) {
  const std::coroutine_handle<> waiter = std::exchange(Of(direction).waiter, nullptr);
  if (waiter) loop_.Ready(waiter);
}

void Readiness::Cancel() {
  cancelled_ = true;
  for (const Direction direction : {Direction::kRead, Direction::kWrite}) {
    if (Of(direction).waiter) Disarm(direction);
  }
}

Task<bool> Readiness::WaitUntil(Direction direction, MonoTime deadline) {
  struct Limit : Timer {
    Limit(Readiness& of, Direction at) : Timer(&Fire), readiness(of), direction(at) {}
    static void Fire(Timer& timer) {
      auto& self = static_cast<Limit&>(timer);
      if (!self.readiness.Of(self.direction).waiter) return;  // already on its way
      self.passed = true;
      self.readiness.Disarm(self.direction);
    }
    Readiness& readiness;
    Direction direction;
    bool passed = false;
  };
  Limit limit(*this, direction);
  loop_.timers().Add(limit, deadline);
  co_await Wait(direction);
  co_return !limit.passed || IsReady(direction);
}

}  // namespace varve::io
