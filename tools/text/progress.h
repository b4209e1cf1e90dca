#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace varve::text {

// How far work has come.
struct Advance {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;  // 0: not known
  uint64_t records = 0;      // 0: not counted
  double seconds = 0;
};

// "[####....] 5 of 10 MiB, 2 MiB/s"; without a total no bar; with records their number and rate.
std::string ProgressLine(const Advance& advance);

// A line on standard error that tells how far work has come that takes long, if that is a
// terminal.
class Progress {
 public:
  // `wanted`: the command line does not forbid it.
  explicit Progress(bool wanted);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void SetTotal(uint64_t bytes) { advance_.total_bytes = bytes; }
  void Add(uint64_t bytes);
  void AddRecord(uint64_t bytes);
  // Takes the line away, so that something else can be printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  void Look();

  const bool shown_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point drawn_ = begun_;
  Advance advance_;
  uint64_t looked_bytes_ = 0;    // at the clock, when this much was done
  uint64_t looked_records_ = 0;  // likewise
  bool on_screen_ = false;
};

}  // namespace varve::text
