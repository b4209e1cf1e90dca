#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"

// Kafka's .snapshot file: what a log knew of its producers at one offset, which is the file's
// name. Pure functions over bytes.
namespace varve::log {

struct ProducerSnapshotHeader {
  be_int16 version;  // 1
  be_uint32 crc;     // CRC-32C of everything from `count` to the end of the file
  be_int32 count;    // of entries
};
static_assert(sizeof(ProducerSnapshotHeader) == 10 && alignof(ProducerSnapshotHeader) == 1);

// One producer. Of the batches it wrote, only the newest is kept.
struct ProducerSnapshotEntry {
  be_int64 producer_id;
  be_int16 producer_epoch;
  be_int32 last_sequence;         // -1 without a batch
  be_int64 last_offset;           // -1 without a batch
  be_int32 offset_delta;          // last offset minus first, of that batch
  be_int64 timestamp;             // of that batch, or of the marker after it
  be_int32 coordinator_epoch;     // -1 without a marker
  be_int64 current_first_offset;  // of the transaction under way; -1 without one
};
static_assert(sizeof(ProducerSnapshotEntry) == 46 && alignof(ProducerSnapshotEntry) == 1);

inline constexpr int16_t kProducerSnapshotVersion = 1;
inline constexpr int32_t kProducerSnapshotCrcStart = 6;
// Largest file that is read: a claim that a directory makes.
inline constexpr uint64_t kProducerSnapshotBytesMax = uint64_t{256} << 20;

Buffer FormatProducerSnapshot(std::span<const ProducerSnapshotEntry> entries);

// DataLoss for anything but a whole file of a known version with the right checksum, a count that
// is that of its bytes, and producers that can be.
absl::StatusOr<std::vector<ProducerSnapshotEntry>> ParseProducerSnapshot(Bytes file);

}  // namespace varve::log
