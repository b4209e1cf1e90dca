#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/clean/conveyor.h"
#include "engine/log/clean/dirty.h"
#include "engine/log/clean/groups.h"
#include "engine/log/clean/key_map.h"
#include "engine/log/clean/retain.h"
#include "engine/log/clean/steps.h"
#include "engine/log/clean/throttle.h"
#include "engine/log/file_cache.h"
#include "engine/log/log.h"

namespace varve::log {

struct CleanerOptions {
  uint64_t map_bytes_max = uint64_t{128} << 20;  // log.cleaner.dedupe.buffer.size, or a share of it
  double map_load_factor = 0.9;                  // log.cleaner.io.buffer.load.factor
  size_t io_buffer_bytes = 512 << 10;            // log.cleaner.io.buffer.size
};

// What a cleaning has to know of producers and transactions.
struct CleanerInputs {
  ProducerTails producers;
  std::vector<TxnIndexEntry> aborted;  // of the whole log
};

// What a cleaning did.
struct CleanerReport {
  int64_t first_dirty = 0;
  int64_t cleaned_up_to = 0;  // below first_uncleanable if the map was full before
  uint64_t keys = 0;
  uint64_t map_bytes = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  size_t segments_before = 0;  // of those that were cleaned
  size_t segments_after = 0;
};

// One cleaning of one log, beside its reads and appends: reads the dirty part for the last offset
// of each key, then writes everything up to there anew, group by group, and exchanges each group
// for what came of it. Memory: the map, io_buffer_bytes, and what they become. Computing and
// blocking happen on the pool, a buffer at a time, beside reading the next and writing the last.
//
//   if (!log.cleaning().Enter()) ...
//   Cleaner cleaner(loop, files, log, options, throttle);
//   auto report = co_await cleaner.Run(dirty, inputs);
//   log.cleaning().Leave();
//
// Lifetime  All that the constructor takes outlives it.
// Threads   The log's loop.
// Errors    Cancelled: somebody wants the log; it may be cleaned later. Aborted: segments left the
//           log meanwhile, likewise. DataLoss: a damaged stretch, which is not compacted away, or a
//           failing device. Groups that were exchanged before stay so: cleaning them again changes
//           nothing.
class Cleaner {
 public:
  Cleaner(io::Loop& loop, FileCache& files, Log& log, const CleanerOptions& options,
          Throttle& throttle);

  // Requires: inside log.cleaning().
  io::Task<absl::StatusOr<CleanerReport>> Run(Dirty dirty, CleanerInputs inputs);

 private:
  io::Task<absl::Status> MapDirty();
  io::Task<absl::Status> MapSegment(const Log::ClosedSegment& source);
  io::Task<absl::Status> TakeMapped(Conveyor& conveyor);
  io::Task<absl::Status> CleanGroups();
  io::Task<absl::Status> CleanGroup(Group group);
  io::Task<absl::Status> WriteGroup(Group group, Segment& output);
  io::Task<absl::Status> WriteSource(const Log::ClosedSegment& source, Segment& output);
  io::Task<absl::Status> WriteRewritten(Conveyor& conveyor, Segment& output);
  io::Task<absl::Status> WriteOutput(const Output& made, Segment& output);
  io::Task<absl::Status> Finish(Segment& output);
  io::Task<absl::Status> Replace(Group group, std::shared_ptr<Segment> output);
  io::Task<absl::Status> Pace(uint64_t bytes);
  absl::Status CheckSources() const;
  std::vector<Group> MakeGroups() const;

  io::Loop& loop_;
  FileCache& files_;
  Log& log_;
  const CleanerOptions options_;
  const size_t chunk_bytes_;
  Throttle& throttle_;

  // Of the run.
  Dirty dirty_;
  CleanerInputs inputs_;
  CleanerReport report_;
  std::vector<Log::ClosedSegment> sources_;
  std::unique_ptr<KeyMap> keys_;
  MapProgress progress_;
  RetainRules rules_;
  std::vector<int64_t> ends_;
  std::unique_ptr<TransactionWalk> transactions_;
  bool changed_ = false;  // the group that is being written
  size_t exchanged_ = 0;  // so many of the sources have gone to Log::Exchange
};

}  // namespace varve::log
