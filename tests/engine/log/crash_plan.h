#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/log/config.h"

namespace varve::log::test {

// One batch that a workload appends.
struct PlannedBatch {
  Buffer bytes;
  std::vector<int64_t> times;
};

// What a process does next with one of its logs, or with all of them.
struct Step {
  enum Kind {
    kAppend,        // `batches`, at once
    kFlush,         // and waits
    kBurst,         // appends, and flushes, checkpoints and reads meanwhile
    kCheckpoint,    // of the directory
    kEpoch,         // the log's leader epoch rises
    kLogStart,      // the log start rises by `share` of what there is
    kRetain,        // the oldest segments go, so that `share` of the bytes may stay
    kStopCleanly,   // and starts again
    kProcessCrash,  // likewise
    kPowerLoss,     // likewise
  };
  Kind kind = kAppend;
  size_t log = 0;
  uint64_t share = 0;  // in 64ths
  std::vector<PlannedBatch> batches{};
};

// A workload: everything in it follows from the seed.
struct Plan {
  uint64_t seed = 0;
  std::vector<Config> configs;  // of each log
  std::vector<Step> steps;
};

// Three lives of so many steps.
Plan MakePlan(uint64_t seed, size_t steps_per_life);
// What is done after a recovery: a few appends and flushes.
std::vector<Step> MakeAftermath(const Plan& plan, uint64_t seed);

}  // namespace varve::log::test
