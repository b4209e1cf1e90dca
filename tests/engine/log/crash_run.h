#pragma once

#include <cstdint>
#include <string>

#include "engine/io/sim/sim_disk.h"
#include "engine/log/recovery_table.h"

namespace varve::log::test {

// What came of one seed.
struct CrashResult {
  std::string violation;    // the first one; empty if there is none
  uint64_t trace = 0;       // of everything that happened, in order
  uint64_t operations = 0;  // that change the disk, in the workload without a crash of its own
  uint64_t rolls = 0;       // likewise
  uint64_t restarts = 0;    // likewise
  uint64_t runs = 0;
  Rows rows;
};

struct CrashOptions {
  unsigned lies = io::kNoLie;
  uint64_t every = 1;  // crash at every n-th operation
  bool harsh = false;  // power losses only, and something left over at each start
};

// Makes the workload of the seed, runs it once to the end, and then once for each operation on the
// disk with a crash at that operation: of the process or of the power, by the seed. After each
// crash the directory is opened again, perhaps with further crashes on the way, compared with what
// was promised, used, crashed once more and compared again.
CrashResult CrashEverywhere(uint64_t seed, CrashOptions options = {});

}  // namespace varve::log::test
