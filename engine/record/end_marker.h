#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"

// Control batches: what coordinators and controllers write among the records of others.
namespace varve::record {

// The second number of a control record's key; the first is its version, 0.
enum class ControlType : int16_t {
  kAbort = 0,
  kCommit = 1,
  kLeaderChange = 2,
  kSnapshotHeader = 3,
  kSnapshotFooter = 4,
  kKraftVersion = 5,
  kKraftVoters = 6,
};

// The end of a producer's transaction in one log.
struct EndMarker {
  bool commit = false;
  int32_t coordinator_epoch = 0;

  friend bool operator==(const EndMarker&, const EndMarker&) = default;
};

// No marker is larger: whoever looks for one need not read more of a batch.
inline constexpr size_t kEndMarkerBytesMax = 4096;

// The marker that a batch holds; nothing if it is no control batch, another kind of one, or not
// what it says it is.
// Requires: at least the header is there. A marker that is not there whole is none.
std::optional<EndMarker> ParseEndMarker(BatchView batch);

// The batch that ends the transaction of `producer_id`.
Buffer BuildEndMarker(int64_t producer_id, int16_t producer_epoch, const EndMarker& marker,
                      int64_t timestamp_ms);

}  // namespace varve::record
