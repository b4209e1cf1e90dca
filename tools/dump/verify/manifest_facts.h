#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <set>
#include <string>

#include "engine/log/checkpoint.h"
#include "engine/log/manifest.h"
#include "tools/dump/verify/finding.h"

namespace varve::dump {

// What the next start of varve will take over unseen.
struct ManifestFacts {
  std::optional<log::Manifest> manifest;
  // By directory name: those that are looked at all the same.
  std::set<std::string> changed{};

  // What is believed of a log; null: its files are asked.
  const log::LogAsLeft* LeftOf(const log::TopicPartition& partition) const;
};

// Reads manifest, list of changes and marker of a directory that nobody has open. A file that the
// next start will not use, since it is damaged, is a note. Errors: those of reading.
absl::StatusOr<ManifestFacts> ReadManifestFacts(const std::string& directory, Findings& findings);

// Partitions that the manifest tells of, and that are not there.
void CheckStaleLogs(const std::string& directory, const ManifestFacts& facts, Findings& findings);

}  // namespace varve::dump
