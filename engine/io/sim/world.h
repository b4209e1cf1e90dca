#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/clock.h"
#include "engine/io/loop.h"
#include "engine/io/random.h"
#include "engine/io/sim/event_queue.h"
#include "engine/io/sim/options.h"
#include "engine/io/sim/trace.h"
#include "engine/io/task.h"

namespace varve::io {

class SimDisk;
class SimLoop;
class SimNet;

// Virtual time. It moves only when the world moves it.
class SimClock : public Clock {
 public:
  SimClock(MonoTime start, int64_t wall_millis) : now_(start), start_(start), wall_(wall_millis) {}
  MonoTime Now() const override { return now_; }
  int64_t WallMillis() const override { return wall_ + (now_ - start_) / TimerWheel::kTick; }
  void AdvanceTo(MonoTime now) { now_ = now; }
  void StepWall(int64_t millis) { wall_ += millis; }

 private:
  MonoTime now_;
  MonoTime start_;
  int64_t wall_;
};

// A machine and its network in one thread: virtual time, a disk, a network and any number of
// loops, all driven from one seed. Nothing in it depends on the real clock, on addresses or on
// the compiler.
//
//   SimWorld world({.seed = seed});
//   auto loop = world.NewLoop();
//   absl::StatusOr<FileRef> file = world.Run(*loop, loop->disk().Open("log", OpenMode::kCreate));
//
// Lifetime  Outlives its loops, and every file and stream that was opened through them.
// Threads   One: the caller's.
class SimWorld {
 public:
  explicit SimWorld(SimOptions options = {});
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  // A loop of this world, with the present state of the disk behind loop->disk(). After a crash
  // of the machine make a new one: what the old one opened stays aborted.
  std::unique_ptr<Loop> NewLoop();

  SimDisk& disk() { return *disk_; }
  SimNet& net() { return *net_; }
  SimClock& clock() { return clock_; }
  const SimOptions& options() const { return options_; }
  SimTrace& trace() { return trace_; }
  uint64_t trace_hash() const { return trace_.hash(); }

  // Starts `task` on `loop` and drives everything until it is done. False, with the reason on
  // stderr and in stuck(), if nothing is left that could wake it, or when `limit` of virtual time
  // has passed; the task is destroyed then.
  bool RunToEnd(Loop& loop, Task<void> task, Duration limit = kLimit);

  // The same for a task with a result. Being stuck ends the process with the reason.
  template <typename T>
  T Run(Loop& loop, Task<T> task, Duration limit = kLimit);
  void Run(Loop& loop, Task<void> task, Duration limit = kLimit);

  // Drives everything until nothing can go on without new input. False if `limit` passed first.
  bool RunUntilIdle(Duration limit = kLimit);
  // Drives everything for that long.
  void RunFor(Duration duration);

  const std::string& stuck() const { return stuck_; }

  static constexpr Duration kLimit = std::chrono::hours(24);

  // For the parts of the world.
  SimEventQueue& events() { return events_; }
  // A seeded stream of its own, so that one part's use of it does not move the others'.
  Random NewRandom() { return Random(seeds_.Next()); }
  void Add(SimLoop& loop) { loops_.push_back(&loop); }
  void Remove(SimLoop& loop);
  // One step: a turn of a loop, an event, or time going on to the next of them, but not past
  // `bound`. False if there was none. `waiting` takes no turn: it is being run by its caller.
  bool Step(MonoTime bound, SimLoop* waiting = nullptr);

 private:
  template <typename T>
  static Task<void> Keep(Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
  }
  void TurnOf(SimLoop& loop);
  MonoTime NextTime(SimLoop* waiting) const;
  void SayStuck(Duration limit);

  SimOptions options_;
  Random seeds_;
  Random schedule_;
  SimClock clock_;
  SimTrace trace_;
  SimEventQueue events_;
  std::vector<SimLoop*> loops_;
  uint64_t loops_made_ = 0;
  std::unique_ptr<SimDisk> disk_;
  std::unique_ptr<SimNet> net_;
  std::string stuck_;
};

template <typename T>
T SimWorld::Run(Loop& loop, Task<T> task, Duration limit) {
  std::optional<T> result;
  const bool done = RunToEnd(loop, Keep(std::move(task), result), limit);
  VARVE_CHECK(done, "{}", stuck_);
  return *std::move(result);
}

}  // namespace varve::io
