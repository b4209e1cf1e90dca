#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

// What a leader writes into a batch where it lies.
// Requires, throughout: `batch` is exactly one whole batch that a check (validate.h) accepted.
namespace varve::record {

// Free: these two are outside the checksum.
void StampBaseOffset(MutableBytes batch, int64_t base_offset);
void StampLeaderEpoch(MutableBytes batch, int32_t leader_epoch);

// These cost one pass over the batch for the new checksum. Record deltas stay as they are.
// Every record now reads as appended at now_ms.
void StampLogAppendTime(MutableBytes batch, int64_t now_ms);
// Records have their own times, of which this is the largest: corrects a producer's header, and
// clears its log-append-time bit.
void StampMaxTimestamp(MutableBytes batch, int64_t max_timestamp_ms);

}  // namespace varve::record
