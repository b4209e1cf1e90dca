#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"

// Kafka's .txnindex file: the aborted transactions whose markers lie in one segment, in the order
// of those markers. No head, no checksum. Pure functions over bytes.
namespace varve::log {

// One aborted transaction that wrote something.
struct TxnIndexEntry {
  be_int16 version;  // 0
  be_int64 producer_id;
  be_int64 first_offset;        // of its first batch, in this segment or in one before it
  be_int64 last_offset;         // of the marker that aborted it
  be_int64 last_stable_offset;  // of the log, once the marker was written

  int64_t key() const { return last_offset; }
};
static_assert(sizeof(TxnIndexEntry) == 34 && alignof(TxnIndexEntry) == 1);

inline constexpr int16_t kTxnIndexVersion = 0;

// What a reader of committed data has to know of an aborted transaction: what this producer wrote
// from first_offset on, up to its next marker, is void.
struct AbortedTransaction {
  int64_t producer_id = 0;
  int64_t first_offset = 0;

  friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
};

TxnIndexEntry MakeTxnIndexEntry(const AbortedTransaction& aborted, int64_t last_offset,
                                int64_t last_stable_offset);

// What the file of the segment [base_offset, next_base) says. DataLoss for anything but whole
// entries of a known version, whose markers lie in the segment and rise, each behind its
// transaction's first offset.
absl::StatusOr<std::vector<TxnIndexEntry>> ParseTxnIndex(Bytes file, int64_t base_offset,
                                                         int64_t next_base);

// Adds to `found` what a read of [from, upper) meets of `entries`. True once no entry that follows
// can matter: then neither do the files of later segments.
bool CollectAborted(std::span<const TxnIndexEntry> entries, int64_t from, int64_t upper,
                    std::vector<AbortedTransaction>& found);

}  // namespace varve::log
