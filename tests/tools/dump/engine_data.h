#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/varve.h"

// Log directories as the engine writes them.
namespace varve::dump::test {

// Small segments with a dense index. Nothing is deleted for its age.
LogConfig SmallSegments();

// Opens `directory`, appends `batches` batches to log "t", in turn with every codec, and closes it
// cleanly. Batch i has three records, with keys k0 to k9, at kTime + 1000 i.
void WriteLog(const std::string& directory, int batches);
void AppendBatches(Log& log, int first, int batches);

struct Placed {
  uint64_t position = 0;
  uint64_t size = 0;
  int64_t base_offset = 0;
  int64_t last_offset = 0;
};

// The batches in the content of a .log file.
std::vector<Placed> BatchesIn(const std::string& log);

// Names of the files in a directory with that suffix, sorted.
std::vector<std::string> FilesIn(const std::string& directory, const std::string& suffix);

}  // namespace varve::dump::test
