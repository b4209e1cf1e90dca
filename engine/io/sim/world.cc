#include "engine/io/sim/world.h"

#include <algorithm>
#include <cstdio>

#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/sim_loop.h"
#include "engine/io/sim/sim_net.h"

namespace varve::io {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(1)};

// The first step of a task that is driven from outside.
struct Starter : Work {
  explicit Starter(std::coroutine_handle<> start) : Work(&Start), frame(start) {}
  static void Start(Work& work) { static_cast<Starter&>(work).frame.resume(); }

  std::coroutine_handle<> frame;
};

}  // namespace

SimWorld::SimWorld(SimOptions options)
    : options_(options),
      seeds_(options.seed),
      schedule_(seeds_.Next()),
      clock_(kStart, options.wall_millis) {
  disk_ = std::make_unique<SimDisk>(*this);
  net_ = std::make_unique<SimNet>(*this);
}

SimWorld::~SimWorld() {
  VARVE_CHECK(loops_.empty(), "{} loops outlive their world", loops_.size());
}

std::unique_ptr<Loop> SimWorld::NewLoop() {
  return std::make_unique<SimLoop>(*this, ++loops_made_, seeds_.Next());
}

void SimWorld::Remove(SimLoop& loop) { std::erase(loops_, &loop); }

void SimWorld::TurnOf(SimLoop& loop) {
  trace_.Fold(loop.number());
  trace_.Fold(static_cast<uint64_t>(clock_.Now().time_since_epoch().count()));
  clock_.AdvanceTo(clock_.Now() + options_.turn);
  loop.Turn();
}

MonoTime SimWorld::NextTime(SimLoop* waiting) const {
  MonoTime next = events_.NextTime();
  for (const SimLoop* loop : loops_) {
    if (loop != waiting) next = std::min(next, loop->NextTurn());
  }
  return next;
}

bool SimWorld::Step(MonoTime bound, SimLoop* waiting) {
  const MonoTime now = clock_.Now();
  std::vector<SimLoop*> runnable;
  for (SimLoop* loop : loops_) {
    if (loop != waiting && loop->NextTurn() <= now) runnable.push_back(loop);
  }
  const bool event_is_due = events_.NextTime() <= now;
  const size_t choices = runnable.size() + (event_is_due ? 1 : 0);
  if (choices > 0) {
    const size_t choice = schedule_.Below(choices);
    if (choice < runnable.size()) {
      TurnOf(*runnable[choice]);
    } else {
      events_.FireNext();
    }
    return true;
  }
  const MonoTime next = NextTime(waiting);
  if (next == kNever || next > bound) return false;
  clock_.AdvanceTo(next);
  return true;
}

bool SimWorld::RunToEnd(Loop& loop, Task<void> task, Duration limit) {
  auto awaiter = std::move(task).operator co_await();
  Starter starter(awaiter.await_suspend(std::noop_coroutine()));
  const MonoTime bound = clock_.Now() + limit;
  loop.Post(starter);
  while (!starter.frame.done()) {
    if (clock_.Now() > bound || !Step(bound)) {
      SayStuck(limit);
      return false;
    }
  }
  return true;
}

void SimWorld::Run(Loop& loop, Task<void> task, Duration limit) {
  const bool done = RunToEnd(loop, std::move(task), limit);
  VARVE_CHECK(done, "{}", stuck_);
}

void SimWorld::SayStuck(Duration limit) {
  const double now = std::chrono::duration<double>(clock_.Now() - kStart).count();
  stuck_ = NextTime(nullptr) == kNever
               ? fmt::format(
                     "deadlock at {:.6f} s of virtual time: the task waits, and nothing is "
                     "left that could wake it (seed {})",
                     now, options_.seed)
               : fmt::format("the task was not done after {:.6f} s of virtual time (seed {})",
                             std::chrono::duration<double>(limit).count(), options_.seed);
  std::fprintf(stderr, "%s\n", stuck_.c_str());
}

bool SimWorld::RunUntilIdle(Duration limit) {
  const MonoTime bound = clock_.Now() + limit;
  while (clock_.Now() <= bound) {
    if (!Step(bound)) return NextTime(nullptr) == kNever;
  }
  return false;
}

void SimWorld::RunFor(Duration duration) {
  const MonoTime end = clock_.Now() + duration;
  while (clock_.Now() < end && Step(end)) {
  }
  if (clock_.Now() < end) clock_.AdvanceTo(end);
}

}  // namespace varve::io
