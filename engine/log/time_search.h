#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/log/segment.h"

namespace varve::log {

// The first record of a batch, of those in `wanted`, whose timestamp is at least timestamp_ms.
// Decompresses the batch if need be: off the loop.
// ResourceExhausted, DataLoss: its records do not decompress within bounds, or cannot be read.
absl::StatusOr<std::optional<TimestampOffset>> FirstRecordAtLeast(Bytes batch, int64_t timestamp_ms,
                                                                  OffsetSpan wanted);

// The first of those that have the largest timestamp. Likewise.
absl::StatusOr<std::optional<TimestampOffset>> LargestRecord(Bytes batch, OffsetSpan wanted);

}  // namespace varve::log
