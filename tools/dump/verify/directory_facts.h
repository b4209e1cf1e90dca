#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>

#include "engine/log/checkpoint.h"
#include "tools/dump/verify/finding.h"

namespace varve::dump {

// What a log directory says about the partitions in it.
struct DirectoryFacts {
  bool in_use = false;      // a process holds its lock
  bool clean_stop = false;  // the marker of a clean stop is there, and nobody has it open
  // Nothing: there is no such file, or it cannot be read as one.
  std::optional<log::OffsetMap> recovery_points{};
  std::optional<log::OffsetMap> log_starts{};
  std::optional<log::OffsetMap> high_watermarks{};
  std::optional<log::OffsetMap> cleaner_offsets{};
};

// What one of the maps says of a partition.
std::optional<int64_t> OffsetOf(const std::optional<log::OffsetMap>& offsets,
                                const log::TopicPartition& partition);

// Reads lock and checkpoints; takes no lock. Malformed ones are faults. Errors: those of reading.
absl::StatusOr<DirectoryFacts> ReadDirectoryFacts(const std::string& directory, Findings& findings);

}  // namespace varve::dump
