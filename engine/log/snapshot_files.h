#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/log/producer_snapshot.h"

namespace varve::log {

// The .snapshot files of one log: which there are, and how they come and go. One stays for each
// segment, taken where it begins: recovery that reads the segment has to know who wrote before it,
// and by then retention may have taken what told so. The newest kNewestKept stay, too, so that one
// that turns out to be damaged has another behind it.
//
// Threads   One loop; one call at a time that changes files. LoadNewest may run beside it.
// Errors    Those of io::Disk.
class SnapshotFiles {
 public:
  static constexpr size_t kNewestKept = 2;

  // Whether a segment begins at an offset.
  using BeginsSegment = absl::FunctionRef<bool(int64_t)>;

  struct Found {
    int64_t offset = 0;  // the state covers everything below it
    std::vector<ProducerSnapshotEntry> entries;
  };

  SnapshotFiles() = default;
  SnapshotFiles(std::string directory, std::set<int64_t> offsets)
      : directory_(std::move(directory)), offsets_(std::move(offsets)) {}

  // The newest that is neither below `from` nor above `upto`. Those that cannot be parsed are
  // removed, and `notes` says so.
  io::Task<absl::StatusOr<std::optional<Found>>> LoadNewest(io::Disk& disk, int64_t from,
                                                            int64_t upto,
                                                            std::vector<std::string>& notes);
  // Makes the snapshot for `offset`, durably and at once.
  io::Task<absl::Status> Store(io::Disk& disk, int64_t offset, Buffer content);
  // Removes those that are not needed any more. What `begins_segment` refers to outlives the task.
  io::Task<absl::Status> Prune(io::Disk& disk, BeginsSegment begins_segment);
  // Removes what speaks of offsets above `offset`, durably: others may take their place.
  // True if there was any.
  io::Task<absl::StatusOr<bool>> RemoveAbove(io::Disk& disk, int64_t offset);

  const std::set<int64_t>& offsets() const { return offsets_; }
  bool newest_is(int64_t offset) const { return !offsets_.empty() && *offsets_.rbegin() == offset; }

 private:
  std::string PathOf(int64_t offset) const;
  io::Task<absl::Status> Remove(io::Disk& disk, int64_t offset);

  std::string directory_;
  std::set<int64_t> offsets_;
};

}  // namespace varve::log
