#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "benchmarks/broker/load/meter.h"
#include "benchmarks/broker/load/window.h"
#include "benchmarks/broker/stats/usage.h"
#include "engine/base/bytes.h"
#include "engine/io/backend.h"
#include "engine/io/sync.h"

namespace varve::bench {

// How long a measurement takes.
struct Limits {
  io::Duration warm_up{0};
  io::Duration duration{0};
  // Ends as soon as so many were counted, of either; 0: by time alone.
  uint64_t bytes = 0;
  uint64_t requests = 0;

  bool Reached(uint64_t counted_bytes, uint64_t counted_requests) const {
    return (bytes > 0 && counted_bytes >= bytes) || (requests > 0 && counted_requests >= requests);
  }
};

// Who is watched beside, and how.
struct Watch {
  std::function<absl::StatusOr<Usage>()> broker = nullptr;  // what it has used so far; or nobody
  bool progress = false;
};

class Team;

// One thread with its loop, and what its connections share.
//
// Threads   Its own, but for what the team does.
class Worker {
 public:
  Worker(Team& team, io::Loop& loop, int index);

  io::Loop& loop() const { return loop_; }
  int index() const { return index_; }
  Meter& meter() { return meter_; }
  const Window& window() const;
  // A hot buffer: what one connection receives is used up before the next one reads.
  MutableBytes scratch() { return scratch_; }

  // Tells that all is prepared, and returns when the load is to begin.
  io::Task<> Begin();
  // Set when the load is to end.
  io::Event& stop() { return stop_; }
  // Ends the load of all workers, with an error.
  void Fail(absl::Status status);

 private:
  friend class Team;
  struct Signal : io::Work {
    explicit Signal(io::Event& to) : io::Work(&Run), event(to) {}
    static void Run(io::Work& work) { static_cast<Signal&>(work).event.Set(); }
    io::Event& event;
  };

  Team& team_;
  io::Loop& loop_;
  const int index_;
  Meter meter_;
  Buffer scratch_;
  io::Event go_;
  io::Event stop_;
  Signal signal_go_{go_};
  Signal signal_stop_{stop_};
};

// What a worker does: prepares, calls Begin, works until stop is set or nothing is left to do.
using Body = std::function<io::Task<absl::Status>(Worker&)>;

// Runs the same load on several threads at once, and measures it.
//
// Threads   One calls Run, once.
class Team {
 public:
  Team(io::Backend& backend, int threads) : backend_(backend), threads_(threads) {}

  // Errors    The first of a worker; the others are stopped.
  absl::StatusOr<Figures> Run(const Body& body, const Limits& limits, const Watch& watch);

 private:
  friend class Worker;

  absl::Status MakeWorkers();
  io::Task<> Drive(Worker& worker, const Body& body);
  absl::StatusOr<Figures> Measure(const Limits& limits, const Watch& watch);
  void SignalAll(Worker::Signal Worker::* signal);
  // Until the time, or until `enough` says so, or all have ended; false for the last.
  bool WaitUntil(io::MonoTime time, const std::function<bool()>& enough, const Watch& watch);
  void ShowProgress(const Watch& watch, double seconds) const;
  bool HasReached(const Limits& limits) const;
  void Sum(Figures& figures) const;

  io::Backend& backend_;
  const int threads_;
  Window window_;
  std::vector<std::unique_ptr<io::Loop>> loops_;
  std::vector<std::unique_ptr<Worker>> workers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int ready_ = 0;
  int ended_ = 0;
  absl::Status failure_;
};

}  // namespace varve::bench
