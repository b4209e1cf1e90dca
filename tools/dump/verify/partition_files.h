#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/dump/directory.h"
#include "tools/dump/verify/finding.h"

namespace varve::dump {

// What the names in a partition directory say.
struct PartitionFiles {
  std::vector<int64_t> segments;                // base offsets, ascending
  std::map<int64_t, std::string> snapshots;     // of producers: offset, path
  std::vector<std::string> metadata_snapshots;  // paths

  // Of the segment after the one at `base`; nothing if that is the last one.
  std::optional<int64_t> NextBase(int64_t base) const;
};

PartitionFiles SortFiles(const std::string& directory, const Listing& listing);

// Notes what a start removes or finishes, and what nobody knows. `quiet`: somebody is writing, so
// that half-done work is no news.
void NoteLeftovers(const std::string& directory, const Listing& listing, bool quiet,
                   Findings& findings);

}  // namespace varve::dump
