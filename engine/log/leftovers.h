#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/log/recovery.h"

namespace varve::log {

// What a partition directory holds once half-done renames and removals are finished.
struct Inventory {
  struct Entry {
    int64_t base_offset = 0;
    bool has_offset_index = false;
    bool has_time_index = false;
    bool has_txn_index = false;
  };
  std::vector<Entry> segments;  // ascending
  std::set<int64_t> snapshots;  // of producers, by offset
};

// Finishes what a stop interrupted among the files of a partition, and lists its segments.
io::Task<absl::StatusOr<Inventory>> ClearLeftovers(io::Disk& disk, std::string directory,
                                                   OpenReport& report);

}  // namespace varve::log
