#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/config.h"
#include "engine/log/file_cache.h"
#include "engine/log/leader_epochs.h"
#include "engine/log/producer_state.h"
#include "engine/log/recovery_table.h"
#include "engine/log/segment.h"
#include "engine/log/snapshot_files.h"

namespace varve::log {

class ChangeMarks;
struct LogAsLeft;

// What the checkpoints of the log directory say about one log.
struct OpenArguments {
  std::string directory;  // of the partition; exists
  Config config;
  Stop stop = Stop::kMachine;
  int64_t recovery_point = 0;
  int64_t log_start = 0;
  int64_t high_watermark = 0;
  std::optional<int64_t> cleaned_up_to{};  // where the last compaction ended
  // From the manifest of a clean stop: the files are taken over without a look at them.
  std::shared_ptr<const LogAsLeft> as_left = nullptr;
  // Told before anything of such a log changes; null: nobody wants to know. Outlives the log.
  ChangeMarks* marks = nullptr;
};

// What opening a log found and did.
struct OpenReport {
  Rows rows;                       // of the recovery table
  std::vector<std::string> notes;  // one a finding that an operator should read
  uint64_t scanned_bytes = 0;
  bool may_have_lost_tail = false;

  void Note(Row row) { rows.set(static_cast<size_t>(row)); }
};

struct Recovered {
  std::vector<std::unique_ptr<Segment>> segments;  // ascending, the last one is active; never empty
  LeaderEpochs epochs;
  ProducerState producers;  // up to `end`
  SnapshotFiles snapshots;
  int64_t log_start = 0;
  int64_t end = 0;
  // The active segment must not be appended to: it ends in a damaged stretch.
  bool roll_first = false;
  OpenReport report;
};

// Brings the files of a partition into a state that can be appended to and served, by the rows of
// the recovery table. What it accepted is durable when it returns.
//
// Errors  Those of io::Disk and io::File. An unreadable file is never taken for an absent or a
//         torn one: nothing was thrown away, and opening may be tried again.
io::Task<absl::StatusOr<Recovered>> Recover(io::Loop& loop, FileCache& files,
                                            const OpenArguments& arguments);

}  // namespace varve::log
