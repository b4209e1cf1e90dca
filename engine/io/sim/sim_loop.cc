#include "engine/io/sim/sim_loop.h"

#include <algorithm>

#include "engine/io/sim/delay.h"

namespace varve::io {

void SimPool::Submit(Work& job) {
  jobs_.emplace_back(*this, job);
  const Duration delay = Draw(random_, world_.options().pool_latency);
  world_.events().Add(jobs_.back(), world_.clock().Now() + delay);
}

void SimPool::Job::Run(SimEvent& event) {
  auto& job = static_cast<Job&>(event);
  SimPool& pool = job.pool;
  Work& work = job.work;
  pool.jobs_.remove_if([&](const Job& other) { return &other == &job; });
  pool.world_.trace().Fold("pool");
  work.run(work);
}

SimLoop::SimLoop(SimWorld& world, uint64_t number, uint64_t seed)
    : Loop(world.clock().Now(), seed),
      world_(world),
      number_(number),
      pool_(world),
      disk_(world, *this),
      net_(world, *this) {
  world_.Add(*this);
}

SimLoop::~SimLoop() { world_.Remove(*this); }

void SimLoop::Wait(MonoTime deadline) {
  // A deadline in the past asks for one look at what else there is.
  if (deadline <= world_.clock().Now()) {
    world_.clock().AdvanceTo(world_.clock().Now() + world_.options().turn);
    world_.Step(world_.clock().Now(), this);
    return;
  }
  while (!stopped() && NextWake() > world_.clock().Now()) {
    if (world_.Step(std::min(deadline, NextWake()), this)) continue;
    VARVE_CHECK(deadline != kNever, "deadlock: a loop waits and nothing is left to wake it");
    world_.clock().AdvanceTo(deadline);
  }
}

}  // namespace varve::io
