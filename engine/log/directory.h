#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/change_marks.h"
#include "engine/log/checkpoint.h"
#include "engine/log/file_names.h"
#include "engine/log/health.h"
#include "engine/log/manifest.h"
#include "engine/log/recovery.h"

namespace varve::log {

class Log;

// One log directory: the lock, the marker of a clean stop, the checkpoints, and a directory for
// each partition, as Apache Kafka lays them out. Opens no logs; it says how they were left, and
// keeps what they will need next time.
//
//   Open        lock, read marker and checkpoints, take the marker away
//   BeginRun    if the manifest is to be kept
//   ...         the logs are opened with ArgumentsFor; those that may have lost a tail begin a
//               higher leader epoch
//   WriteCheckpoints  before anything is appended: damage may have moved a log's durable offset
//   Recovered   all are open and durable: note under which boot of the machine
//   ...         WriteCheckpoints now and then
//   CloseCleanly, or just the destructor
//
// Threads   The loop it was opened on; path() and health() on any.
class LogDirectory {
 public:
  struct Checkpoints {
    OffsetMap recovery_points;  // Offsets::durable of each log
    OffsetMap log_starts;
    OffsetMap high_watermarks;
    OffsetMap cleaned{};  // Log::cleaned_up_to of those that are compacted
  };

  // What becomes of a manifest that a clean stop left.
  enum class ManifestUse {
    kOnce,  // it goes when it was read: it speaks of this start only
    kKeep,  // it stays until the next clean stop, beside a list of the logs that were changed
            // since: a start after a crash looks at those alone. BeginRun has to follow.
  };

  // Makes the directory if it is absent. Unavailable: another process holds the lock.
  static io::Task<absl::StatusOr<std::unique_ptr<LogDirectory>>> Open(
      io::Loop& loop, std::string path, ManifestUse use = ManifestUse::kOnce);

  // With kKeep, once, before ArgumentsFor and before anything is made or removed. Each run of a
  // program has an epoch, which it keeps elsewhere; whoever has none says -1. `last` is the newest
  // one that ran with these logs, be it another program's: after a stop that was not clean, the
  // manifest is used only if its list is of that run. `now` is this one's.
  io::Task<absl::Status> BeginRun(int64_t last, int64_t now);

  const std::string& path() const { return path_; }
  DirectoryHealth& health() { return health_; }
  Stop stop() const { return stop_; }
  // Names of live partitions, sorted; and what an operator should know about the rest.
  const std::vector<PartitionName>& partitions() const { return partitions_; }
  const std::vector<std::string>& notes() const { return notes_; }

  std::string PartitionPath(const std::string& topic, int32_t partition) const;
  OpenArguments ArgumentsFor(const std::string& topic, int32_t partition, const Config& config);

  // Whether the log of a partition is known to be as a clean stop left it.
  bool IsAsLeft(const std::string& topic, int32_t partition) const {
    return manifest_.logs.contains({topic, partition});
  }
  // The topic that a partition belongs to, if the manifest tells.
  std::optional<Uuid> TopicIdOf(const std::string& topic, int32_t partition) const;

  // Makes a partition's directory with its topic id. Durable after SyncNames, which serves many.
  // What the checkpoints said of an earlier partition of that name is forgotten first.
  io::Task<absl::Status> CreatePartition(std::string topic, int32_t partition, Uuid topic_id);
  io::Task<absl::Status> SyncNames();
  // Takes the name away, durably after SyncNames; RemoveDoomed removes the files.
  io::Task<absl::Status> DoomPartition(std::string topic, int32_t partition);
  // Removes the files of partitions that were deleted, now or before an earlier stop.
  io::Task<absl::Status> RemoveDoomed();

  io::Task<absl::Status> Recovered();
  // Replaces the checkpoint files whose content has changed.
  io::Task<absl::Status> WriteCheckpoints(Checkpoints checkpoints);
  // The last act: every log is closed and durable. Not after any of them met an error. The
  // manifest names those that the next start need not look at. The epoch in it, under which the
  // broker was registered, goes into the marker as well: a Kafka controller that opens the
  // directory next knows by it that this replica has lost nothing.
  io::Task<absl::Status> CloseCleanly(Checkpoints checkpoints, Manifest manifest = {});

 private:
  // A checkpoint file, and what it says.
  struct OffsetFile {
    std::string_view name;
    OffsetMap offsets{};
    bool as_written = false;  // false: the file may say something else
  };

  LogDirectory(io::Loop& loop, std::string path, ManifestUse use);
  std::string PathOf(std::string_view name) const;
  io::Task<absl::Status> ReadHowItWasLeft();
  io::Task<absl::Status> ReadOffsets(OffsetFile& file);
  io::Task<absl::Status> ReadManifest();
  io::Task<absl::Status> ParseKept(const std::string& path);
  io::Task<absl::Status> FitMarks();
  io::Task<absl::Status> WriteManifest(const Manifest& manifest);
  io::Task<absl::Status> ListPartitions();
  io::Task<absl::Status> Replace(OffsetFile& file, OffsetMap offsets);
  io::Task<absl::Status> ReplaceAll(Checkpoints checkpoints);
  bool Knows(const TopicPartition& name) const;
  io::Task<absl::Status> Forget(TopicPartition name);

  io::Loop& loop_;
  const std::string path_;
  DirectoryHealth health_;
  std::unique_ptr<io::FileLock> lock_;
  std::string boot_id_;
  Stop stop_ = Stop::kMachine;
  io::Semaphore checkpoints_;  // of one: whoever replaces the files below
  OffsetFile recovery_points_;
  OffsetFile log_starts_;
  OffsetFile high_watermarks_;
  OffsetFile cleaned_;
  const ManifestUse manifest_use_;
  ChangeMarks marks_;
  ChangeList changes_;  // since the manifest that is kept
  bool manifest_fits_ = false;
  Manifest manifest_;  // of logs that are as a clean stop left them, until all logs are open
  std::vector<PartitionName> partitions_;
  std::vector<std::string> doomed_;
  std::vector<std::string> notes_;
};

// What the checkpoints say of a log, open or closed.
void AddOffsets(const TopicPartition& name, const Log& log, LogDirectory::Checkpoints& into);

}  // namespace varve::log
