#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/log/clean/retain.h"

namespace varve::log {

// What compaction puts in the place of one batch.
struct Rewritten {
  enum class Kind {
    kNothing,   // the batch goes
    kAsItWas,   // byte for byte
    kReplaced,  // by `bytes`
  };
  Kind kind = Kind::kNothing;
  Buffer bytes{};
};

// Applies a decision to a whole, sound batch. A batch that changes keeps its offsets, the deltas
// of its records, its producer, epoch, codec and type of time; the maximum of times is that of the
// records that stay. A batch that first keeps a tombstone, or a marker without data, gets its
// delete horizon: now plus delete.retention.ms.
//
// Errors    DataLoss: the records cannot be read. ResourceExhausted: decompressed, they would pass
//           PlainBytesMax of the batch.
// Threads   Any; off the loop, since it may decompress and compress.
absl::StatusOr<Rewritten> RewriteBatch(record::BatchView batch, const BatchFate& fate,
                                       const RetainRules& rules);

// How large the records of a batch may be without their codec: what was let into a compacted log
// is not more.
size_t PlainBytesMax(record::BatchView batch);

}  // namespace varve::log
