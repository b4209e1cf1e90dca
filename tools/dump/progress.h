#pragma once

#include <chrono>
#include <cstdint>

namespace varve::dump {

// A bar on standard error for work that takes long, if that is a terminal.
class Progress {
 public:
  // `wanted`: the command line does not forbid it.
  explicit Progress(bool wanted);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void SetTotal(uint64_t bytes) { total_ = bytes; }
  void Add(uint64_t bytes);
  // Takes the bar away, so that something else can be printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  void Draw(Clock::time_point now);

  const bool shown_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point drawn_ = begun_;
  uint64_t total_ = 0;
  uint64_t done_ = 0;
  uint64_t looked_ = 0;  // at the clock, when this much was done
  bool on_screen_ = false;
};

}  // namespace varve::dump
