#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/log/producer_state.h"
#include "engine/log/scanner.h"
#include "engine/log/segment.h"

// What batches on disk say about producers.
namespace varve::log {

// Of one batch that a walk over `file` met. Reads more than its header only of control batches.
io::Task<absl::StatusOr<std::optional<ProducerBatch>>> ReadProducerBatch(io::FileRef file,
                                                                         Scanned scanned);

// Tells `state` of the batches of `segment` that begin in [from, upto), by their headers. Damaged
// stretches are passed over.
//
// Returns where it met something that is no batch, and where no damage was known, as text: it ends
// there. Empty: it met all of them. Errors are those of File::Read.
io::Task<absl::StatusOr<std::string>> ReplayProducers(Segment& segment, int64_t from, int64_t upto,
                                                      ProducerState& state);

}  // namespace varve::log
