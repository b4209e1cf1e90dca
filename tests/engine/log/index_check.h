#pragma once

#include <string>

#include "engine/io/sim/sim_disk.h"

namespace varve::log::test {

// Whether the index files of every segment in a partition's directory say what its batches do:
// entries rise, each names the batch that lies where it says, and none hides an earlier time. A
// segment that is not the last one has both indexes, and its largest time in one of them. Text if
// something differs.
std::string CheckIndexFiles(io::SimDisk& disk, const std::string& directory);

}  // namespace varve::log::test
