#pragma once

#include <cstdint>
#include <optional>

#include "benchmarks/broker/frames/batches.h"
#include "engine/base/bytes.h"
#include "engine/io/clock.h"

namespace varve::bench {

// A time in the value of a batch's first record, behind a number that tells whose batch it is.
//
//   const StampedBatch made = MakeStampedBatch(shape, run, now_ms, random);
//   Stamp(batch, made.stamp_at, time);               // as often as wanted; the CRC is right again
//   ReadStamp(front, made.stamp_at, run)             // of what came back
inline constexpr size_t kStampBytes = 16;

struct StampedBatch {
  Buffer batch;
  size_t stamp_at = 0;  // in the batch

  size_t front_bytes() const { return stamp_at + kStampBytes; }
};

// Without codec, and values of kStampBytes at least.
StampedBatch MakeStampedBatch(const BatchShape& shape, uint64_t run, int64_t now_ms,
                              io::Random& random);
void Stamp(MutableBytes batch, size_t stamp_at, io::MonoTime time);
// Nothing if the batch is not of this run.
std::optional<io::MonoTime> ReadStamp(Bytes front, size_t stamp_at, uint64_t run);

}  // namespace varve::bench
