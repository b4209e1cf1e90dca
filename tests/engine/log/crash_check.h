#pragma once

#include <string>

#include "engine/log/log.h"
#include "tests/engine/log/crash_model.h"
#include "tests/engine/log/machine.h"

namespace varve::log::test {

// Compares ends, epochs, index files and lookups with what the model and the batches say. Text if
// they differ; an error if the machine does.
io::Task<absl::StatusOr<std::string>> CheckLog(Log& log, const LogModel& model, Machine& machine);

// One read at a drawn offset: an error only if the machine has one.
io::Task<absl::Status> CheckRead(Log& log, io::Random& random);

}  // namespace varve::log::test
