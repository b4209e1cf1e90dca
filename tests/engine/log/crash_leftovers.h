#pragma once

#include <string>

#include "engine/io/random.h"
#include "engine/io/sim/sim_disk.h"

namespace varve::log::test {

// Leaves in a partition's directory what a stop in the middle of a compaction, a removal or a
// checkpoint leaves there. The log that is found afterwards must be the same.
void AddLeftovers(io::SimDisk& disk, const std::string& directory, io::Random& random);

}  // namespace varve::log::test
