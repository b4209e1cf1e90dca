#pragma once

#include <cstdint>
#include <list>

#include "engine/io/loop.h"
#include "engine/io/pool.h"
#include "engine/io/sim/event_queue.h"
#include "engine/io/sim/sim_disk_port.h"
#include "engine/io/sim/sim_net_port.h"
#include "engine/io/sim/world.h"

namespace varve::io {

// The pool as a place in virtual time: each job runs at once, after a seeded delay, so that jobs
// overtake each other as they do on several threads.
class SimPool : public Pool {
 public:
  explicit SimPool(SimWorld& world) : world_(world), random_(world.NewRandom()) {}
  void Submit(Work& job) override;

 private:
  struct Job : SimEvent {
    Job(SimPool& on, Work& to_run) : SimEvent(&Run), pool(on), work(to_run) {}
    static void Run(SimEvent& event);

    SimPool& pool;
    Work& work;
  };

  SimWorld& world_;
  Random random_;
  std::list<Job> jobs_;
};

// A loop whose turns the world gives.
class SimLoop : public Loop {
 public:
  SimLoop(SimWorld& world, uint64_t number, uint64_t seed);
  ~SimLoop() override;

  uint64_t number() const { return number_; }  // 1, 2, ... in the order they were made
  void Turn() { RunReady(); }
  MonoTime NextTurn() const { return NextWake(); }

  const Clock& clock() const override { return world_.clock(); }
  Disk& disk() override { return disk_; }
  Net& net() override { return net_; }
  Pool& pool() override { return pool_; }

 protected:
  // For a loop that is run by Run() itself: gives the others their turns meanwhile.
  void Wait(MonoTime deadline) override;
  void WakeUp() override {}

 private:
  SimWorld& world_;
  uint64_t number_;
  SimPool pool_;
  SimDiskPort disk_;
  SimNetPort net_;
};

}  // namespace varve::io
