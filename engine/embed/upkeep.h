#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/log/clean/cleaner_manager.h"
#include "engine/log/file_cache.h"
#include "engine/log/flusher.h"
#include "engine/log/log.h"
#include "engine/varve.h"

namespace varve::embed {

// What a store does with its logs on its own: makes them durable in the background, closes
// segments that are old, deletes what retention gives up, compacts.
//
//   Add(log)              once it is open
//   co_await log.Close(), then Remove(log) before its destructor
//   co_await Stop()       while the logs are still open: no compaction begins any more
//   co_await Close()      once all of them are closed
//
// Lifetime  Outlives its logs.
// Threads   The store's.
class Upkeep {
 public:
  Upkeep(io::Loop& loop, log::FileCache& files, const StoreOptions& options);
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  void Add(log::Log& log);
  void Remove(log::Log& log) { cleaner_.Remove(log); }
  void StartCleaner() { cleaner_.Start(); }

  // Retention, and the roll of an old segment, of one log, which stays open meanwhile.
  io::Task<absl::Status> Keep(log::Log& log);
  // Compacts whatever is dirty enough, at most `logs_max` times. The first log's error that failed.
  io::Task<absl::Status> CleanAll(size_t logs_max);

  io::Task<void> Stop() { return cleaner_.Stop(); }
  io::Task<void> Close() { return flusher_.Close(); }

 private:
  void Tell(const std::string& text) const;

  io::Loop& loop_;
  const std::function<void(const std::string&)> report_;
  log::Flusher flusher_;
  log::CleanerManager cleaner_;
};

}  // namespace varve::embed
