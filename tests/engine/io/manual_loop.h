#pragma once

#include <algorithm>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"

namespace varve::io {

// A loop whose time jumps to the next timer when nothing else is left to do. No disk, no network.
class ManualLoop final : public Loop, public Clock {
 public:
  ManualLoop() : Loop(MonoTime{}, 1) {}

  MonoTime Now() const override { return now_; }
  int64_t WallMillis() const override { return 0; }
  const Clock& clock() const override { return *this; }
  Disk& disk() override { return None<Disk>(); }
  Net& net() override { return None<Net>(); }
  Pool& pool() override { return None<Pool>(); }

  // Runs `task` to its end.
  void RunTask(Task<void> task) {
    StartDetached(ThenStop(std::move(task)));
    Run();
  }
  void SetNow(MonoTime now) { now_ = now; }

 protected:
  void Wait(MonoTime deadline) override {
    VARVE_CHECK(deadline != kNever, "every task waits for another");
    now_ = std::max(now_, deadline);
  }
  void WakeUp() override {}

 private:
  Task<void> ThenStop(Task<void> task) {
    co_await std::move(task);
    Stop();
  }
  template <typename T>
  [[noreturn]] static T& None() {
    VARVE_CHECK(false, "this loop has none");
    std::abort();
  }

  MonoTime now_{};
};

}  // namespace varve::io
