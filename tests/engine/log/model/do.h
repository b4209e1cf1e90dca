#pragma once

#include <cstddef>

#include "tests/engine/log/model/life.h"
#include "tests/engine/log/model/operations.h"

namespace varve::log::test {

// Carries out one operation that changes a log, or reads it: an error only if the machine has one,
// or if the log had a reason to refuse.
io::Task<absl::Status> Write(Life& life, Op op, size_t log);
io::Task<absl::Status> Look(Life& life, Op op, size_t log);

}  // namespace varve::log::test
