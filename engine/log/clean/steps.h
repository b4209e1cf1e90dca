#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/log/clean/key_map.h"
#include "engine/log/clean/retain.h"
#include "engine/log/segment.h"

// The two things that compaction does to a piece of a segment. No I/O; off the loop.
namespace varve::log {

// Where batches may lie: each behind the one before it, and all below the end. The base offset is
// outside a batch's checksum.
struct BatchSpan {
  int64_t next_offset = 0;
  int64_t end_offset = 0;
};

// How far the map of keys has come.
struct MapProgress {
  int64_t next_offset = 0;  // what lies below it is in the map
  bool full = false;
};

// Notes the keys of the batches in `chunk` at or above `from`; those of markers, of aborted
// transactions, and records without a key do not count. Ends at the record that finds the map
// full.
// DataLoss: a batch is not what was written, or its records cannot be read.
absl::Status MapKeys(Bytes chunk, int64_t from, BatchSpan& span, TransactionWalk& transactions,
                     KeyMap& keys, MapProgress& progress);

// What a piece of a source becomes: bytes to be written back to back, and the batches in them.
struct Output {
  std::vector<Bytes> pieces;  // of the chunk, or of `made`
  std::vector<BatchFacts> facts;
  std::deque<Buffer> made;
  uint64_t bytes = 0;
  bool changed = false;  // it is not what the chunk was
};

// DataLoss: likewise.
absl::Status RewriteChunk(Bytes chunk, BatchSpan& span, TransactionWalk& transactions,
                          const RetainRules& rules, Output& output);

}  // namespace varve::log
