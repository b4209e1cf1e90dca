#pragma once

#include <string>
#include <vector>

#include "engine/io/random.h"
#include "engine/log/log.h"

namespace varve::log::test {

// Everything from the log start to the end, read in pieces of drawn sizes.
io::Task<absl::StatusOr<Buffer>> ReadAll(Log& log, io::Random& random);
// The batches in `bytes`, which outlive them. Text if something else lies there.
std::string SplitBatches(Bytes bytes, std::vector<Bytes>& batches);

}  // namespace varve::log::test
