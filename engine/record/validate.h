#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/record/batch.h"

namespace varve::record {

// Why a batch is refused. One table in the server turns these into error codes.
enum class BatchFault {
  kNone,
  kTooShort,       // fewer bytes than a header, or than the header announces: torn, or cut
  kSizeMismatch,   // the length field cannot be, or bytes follow the one batch
  kOldMagic,       // version 0 or 1
  kUnknownMagic,   // a version that does not exist
  kBadCrc,         // the bytes are not those that were sent
  kBadAttributes,  // unknown codec, or a bit that only a broker may set
  kBadOffset,      // a produced batch has offsets of its own, or a stored one impossible ones
  kBadCount,       // the count does not fit the offsets
  kBadProducer,    // producer id, epoch and sequence contradict each other
};

struct BatchCheck {
  BatchFault fault = BatchFault::kNone;
  std::string message;  // what was expected and what was found; empty if there is no fault

  bool ok() const { return fault == BatchFault::kNone; }
};

// Is this exactly one batch as a producer may send it? Header and checksum; the records are for
// CheckRecords. Passes over all bytes once (the checksum): off the loop if they are many.
//   offsets     base 0; at least one record; record_count == last_offset_delta + 1
//   attributes  a codec that exists; no control or delete-horizon bit, none above. Whether the
//               log-append-time bit may be set is for the topic to say
//   producer    an id brings an epoch and a sequence; a transaction brings an id
BatchCheck CheckProducedBatch(Bytes bytes);

// Is this exactly one batch as a leader may have written it? For recovery and replication:
// compaction may have taken records out, control batches are welcome, and codecs and attributes
// of the future are none of its business.
BatchCheck CheckStoredBatch(Bytes bytes);
// The part of it that needs no more than the header: offsets and count.
BatchCheck CheckStoredHeader(BatchView batch);

enum class RecordFault {
  kNone,
  kMalformed,   // the bytes are not record_count records, or do not decompress
  kTooLarge,    // decompressed, the records would pass decompressed_bytes_max
  kBadDelta,    // offsets are not 0, 1, 2, ...
  kMissingKey,  // at least one record has no key, and key_required
};

struct RecordLimits {
  // Bounds the memory that a compressed batch may take while it is looked at. Derive it from the
  // configured batch size, times the expansion that honest data reaches (kExpansionMax).
  size_t decompressed_bytes_max;
  bool key_required = false;      // topics that are compacted
  size_t bad_records_max = 1000;  // of those listed in RecordsCheck::bad_records
};
// Ordinary log lines and JSON shrink by 5 to 20 times.
inline constexpr size_t kExpansionMax = 64;

struct BadRecord {
  int32_t index;  // within the batch, from 0
  std::string message;
};

struct RecordsCheck {
  RecordFault fault = RecordFault::kNone;
  std::string message;                 // of the batch as a whole; empty if there is no fault
  std::vector<BadRecord> bad_records;  // the ones to blame, if it can be said

  // Over all records, if there is no fault. With log-append time all equal max_timestamp.
  int64_t min_timestamp = kNoTimestamp;
  int64_t max_timestamp = kNoTimestamp;
  int32_t max_timestamp_delta = 0;  // offset delta of the first record with max_timestamp

  bool ok() const { return fault == RecordFault::kNone; }
};

// Walks all records of a produced batch, decompressed if need be: whole, as many as announced,
// nothing after the last, offset deltas 0, 1, 2, ..., keys where required. Ends at the first
// fault, except that missing keys are collected. Record attributes are ignored, as in Kafka.
// Requires: CheckProducedBatch accepted it. Off the loop if it is compressed or large.
RecordsCheck CheckRecords(BatchView batch, const RecordLimits& limits);

}  // namespace varve::record
