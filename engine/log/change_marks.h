#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"

namespace varve::log {

// What the list of changed logs says: text; a line with the checksum of the manifest that it
// belongs to and the epoch of the program's run, then one for each log, by its directory. Each line
// ends with its own CRC-32C.
struct ChangeList {
  uint32_t manifest_crc = 0;
  int64_t epoch = -1;
  std::set<std::string> directories{};

  friend bool operator==(const ChangeList&, const ChangeList&) = default;
};
std::string FormatChanges(const ChangeList& list);
std::string FormatChange(std::string_view directory);
// A last line that is cut short was never durable, and counts for nothing. DataLoss: anything else
// that is not as it was written.
absl::StatusOr<ChangeList> ParseChanges(std::string_view text);

// Which logs of a directory were changed since the clean stop that left its manifest. What that
// says of all others holds after any stop, so that a start after a crash does not look at them.
// The file is varve's own; Kafka passes over it.
//
// Why that is safe, whatever moment a stop takes:
//   a log changes          only after its name is durable here. A process that dies, and a machine
//                          too, leaves the name, or a log as it was. A name without a change
//                          costs a look at that log.
//   the list begins        in place at once, while the marker of the clean stop is still there:
//                          until the marker goes, durably, it alone counts.
//   the next clean stop    puts a new manifest in place, which the list does not belong to: until
//                          the marker is there, nothing is trusted.
//   another program ran    and left no marker: its epoch is not the one in the list. See
//                          LogDirectory::BeginRun.
//   no room for a name     then the manifest goes, durably, which needs no room; from then on
//                          every log counts as changed. Retention works on a full disk.
//
// Lifetime  Outlives the logs that tell it.
// Threads   Its loop; Mark: any.
class ChangeMarks {
 public:
  // `manifest` is the path of that file; the list lies beside it.
  ChangeMarks(io::Loop& loop, std::string path, std::string manifest);
  ChangeMarks(const ChangeMarks&) = delete;
  ChangeMarks& operator=(const ChangeMarks&) = delete;

  // What an earlier run left; nothing if there is no file. DataLoss: as ParseChanges.
  io::Task<absl::StatusOr<std::optional<ChangeList>>> Read();
  // Puts this list in the place of what is there, durably. Names come to it from now on.
  io::Task<absl::Status> Begin(const ChangeList& list);
  // Done when the log of that directory, with or without the path before its name, is named,
  // durably: it may change now. Calls that overlap share a sync.
  // Without a manifest there is nothing to do. Errors: of a device on which not even the manifest
  // could be removed; the log must not change.
  io::Task<absl::Status> Mark(io::Loop& here, std::string directory);
  // Removes the manifest, durably: every log counts as changed.
  io::Task<absl::Status> Withdraw();

 private:
  io::Task<absl::Status> MarkHere(std::string name);
  io::Task<void> WriteWaiting();
  io::Task<absl::Status> AppendDurably(std::string text);

  io::Loop& loop_;
  const std::string path_;
  const std::string manifest_;
  bool active_ = false;  // there is a manifest
  io::FileRef file_;
  uint64_t size_ = 0;
  io::Semaphore turn_;  // of one: whoever writes
  std::string waiting_;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
  absl::Status answer_;  // to the group that was answered last
};

}  // namespace varve::log
