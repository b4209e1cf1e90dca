#pragma once

#include <string>
#include <vector>

#include "engine/log/log.h"
#include "tests/engine/log/crash_model.h"
#include "tests/engine/log/machine.h"

namespace varve::log::test {

// Everything from the log start to the end, read in pieces of drawn sizes.
io::Task<absl::StatusOr<Buffer>> ReadAll(Log& log, io::Random& random);
// The batches in `bytes`, which outlive them. Text if something else lies there.
std::string SplitBatches(Bytes bytes, std::vector<Bytes>& batches);

// Compares ends, epochs, index files and lookups with what the model and the batches say. Text if
// they differ; an error if the machine does.
io::Task<absl::StatusOr<std::string>> CheckLog(Log& log, const LogModel& model, Machine& machine);

// One read at a drawn offset: an error only if the machine has one.
io::Task<absl::Status> CheckRead(Log& log, io::Random& random);

}  // namespace varve::log::test
