#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "engine/io/loop.h"
#include "engine/io/task.h"

namespace varve::bench {

// Has a function run on a loop at regular times, to some ten microseconds: the loop's own timers
// go by milliseconds. A thread of its own sleeps until each of them, and posts.
//
// Threads   The loop's. A tick that comes while the one before has not run is left out.
class Metronome {
 public:
  Metronome(io::Loop& loop, std::function<void()> on_tick);
  ~Metronome();

  // At start, start + period, ... until Stop. Periods below kPeriodMin are rounded up to it.
  void Start(io::MonoTime start, io::Duration period);
  // Returns when no tick will come any more.
  io::Task<> Stop();

  static constexpr io::Duration kPeriodMin = std::chrono::microseconds(50);

 private:
  struct Tick : io::Work {
    explicit Tick(Metronome& of) : io::Work(&Run), metronome(of) {}
    static void Run(io::Work& work);
    Metronome& metronome;
  };

  void Sleep(io::MonoTime start, io::Duration period);

  io::Loop& loop_;
  const std::function<void()> on_tick_;
  Tick tick_{*this};
  std::atomic<bool> posted_{false};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace varve::bench
