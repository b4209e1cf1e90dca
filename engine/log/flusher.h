#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "engine/io/clock.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"

namespace varve::log {

class Log;

// Makes the logs of one shard durable in the background: each at the latest when what it holds
// above Offsets::durable is as old as its flush_ms, or as `patience`. So recovery after a power
// loss reads little, and costs nothing while nothing is appended: only logs that have something
// to sync are in here.
//
//   Flusher flusher(loop, 60s);
//   log->set_flusher(&flusher);
//   ...
//   co_await log->Close();
//   co_await flusher.Close();
//
// Lifetime  Outlives its logs; they are closed before it is.
// Threads   One loop.
// Bounds    One timer; kAtOnceMax syncs at a time.
class Flusher {
 public:
  static constexpr uint64_t kAtOnceMax = 4;

  Flusher(io::Loop& loop, io::Duration patience);
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  // A log's place among those that wait; empty while it does not.
  using Waiting = std::multimap<io::MonoTime, Log*>;
  using Place = std::optional<Waiting::iterator>;

  // For logs. `log` has something to sync since now.
  void Add(Log& log, Place& place);
  void Remove(Place& place);

  size_t waiting() const { return waiting_.size(); }
  // Done when what is under way has ended.
  io::Task<void> Close();

 private:
  io::Task<void> Run();
  io::Task<void> FlushOne(Log& log);

  io::Loop& loop_;
  const io::Duration patience_;
  Waiting waiting_;  // by when they are to be flushed
  bool running_ = false;
  io::Event changed_;
  io::Semaphore slots_;
  io::Gate gate_;
};

}  // namespace varve::log
