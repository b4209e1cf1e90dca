#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/clean/cleaner.h"
#include "engine/log/clean/throttle.h"
#include "engine/log/file_cache.h"
#include "engine/log/log.h"

namespace varve::log {

// How compaction of one log goes.
struct CleaningStatus {
  std::string directory;
  bool running = false;
  uint64_t cleanings = 0;   // that ended well
  uint32_t failures = 0;    // since the last of those
  absl::Status last_error;  // OK once a cleaning ended well
  io::MonoTime next_try{};  // not before, while there are failures
  CleanerReport last{};     // of the last one that ended well
};

// Compacts the logs of one shard that are to be compacted, one at a time: the one with the most to
// gain first. A log that fails is reported, keeps its reason, and is tried again, each time after
// twice as long: never silently, and never only after a restart.
//
//   CleanerManager manager(loop, files, options);
//   manager.Add(log);
//   manager.Start();
//   ...
//   co_await log.Close();     // calls its cleaning off, and waits for it
//   manager.Remove(log);
//   co_await manager.Stop();
//
// Lifetime  A log outlives its place here: Remove comes before its destructor.
// Threads   One loop.
class CleanerManager {
 public:
  struct Options {
    CleanerOptions cleaner;
    double bytes_per_second = Throttle::kUnlimited;   // log.cleaner.io.max.bytes.per.second
    io::Duration backoff = std::chrono::seconds(15);  // log.cleaner.backoff.ms
    io::Duration retry_max = std::chrono::hours(1);   // between tries of a log that fails
    // Told of what an operator should read: a failure, and its end.
    std::function<void(const std::string&)> report;
  };

  CleanerManager(io::Loop& loop, FileCache& files, Options options);
  CleanerManager(const CleanerManager&) = delete;
  CleanerManager& operator=(const CleanerManager&) = delete;
  ~CleanerManager();

  void Add(Log& log);
  void Remove(Log& log);

  // The rate holds from now on, the rest from the next cleaning and the next wait on.
  void set_options(Options options);

  void Start();
  // Ends the cleaning that is under way, and waits for it.
  io::Task<void> Stop();

  // Cleans the log that needs it most, if any does, once no other cleaning is under way. True if
  // one was cleaned well.
  io::Task<bool> CleanOne();

  std::vector<CleaningStatus> Statuses() const;
  std::optional<CleaningStatus> StatusOf(const Log& log) const;

 private:
  struct Entry {
    Log* log = nullptr;  // null: removed
    CleaningStatus status;
  };
  using EntryRef = std::shared_ptr<Entry>;

  io::Task<void> Run();
  io::Task<EntryRef> Choose();
  io::Task<absl::StatusOr<Dirty>> MeasureLog(Log& log);
  io::Task<bool> Clean(EntryRef entry);
  io::Task<absl::Status> CleanInside(Entry& entry);
  bool MayTry(const Entry& entry) const;
  void Note(Entry& entry, const absl::Status& status);
  void Tell(const std::string& text) const;

  io::Loop& loop_;
  FileCache& files_;
  Options options_;
  Throttle throttle_;
  std::vector<EntryRef> entries_;  // in order of Add
  EntryRef current_;
  io::Semaphore cleaning_;  // of one
  io::Event stop_;
  io::Gate gate_;
};

}  // namespace varve::log
