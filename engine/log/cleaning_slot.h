#pragma once

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"

namespace varve::log {

// The place where at most one compaction of a log works, and from which it can be sent away.
//
//   if (!slot.Enter()) return;             // another one is there, or none is wanted now
//   ... slot.stop() is set: soon ...
//   slot.Leave();
//
//   co_await slot.Pause();                 // nobody is inside, and nobody gets in
//   slot.Resume();
//
// Threads   The log's loop.
class CleaningSlot {
 public:
  explicit CleaningSlot(io::Loop& loop) : stop_(loop), left_(loop) {}

  bool Enter();
  void Leave();
  bool inside() const { return inside_; }
  // Set while whoever is inside should leave.
  io::Event& stop() { return stop_; }

  // Pauses add up: each wants its Resume.
  io::Task<void> Pause();
  void Resume();

 private:
  io::Event stop_;
  io::Event left_;
  int pauses_ = 0;
  bool inside_ = false;
};

}  // namespace varve::log
