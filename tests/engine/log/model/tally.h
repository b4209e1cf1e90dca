#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "tests/engine/log/model/operations.h"

namespace varve::log::test {

// What was done, and what came of it.
struct Tally {
  std::array<uint64_t, kOpCount> done{};
  // Times that it changed something.
  uint64_t truncated = 0;
  uint64_t cleaned = 0;         // compactions that took records
  uint64_t deleted = 0;         // retention that took segments
  uint64_t tail_lost = 0;       // power losses that took acknowledged batches
  uint64_t crashed_inside = 0;  // crashes in the middle of something
  uint64_t failed = 0;          // directories that a device failed
  uint64_t full = 0;            // and that had no space
  uint64_t starts_failed = 0;   // starts that met a fault
  uint64_t manifests = 0;       // logs opened as a manifest tells
  uint64_t refused = 0;         // batches of producers

  uint64_t operations() const {
    uint64_t all = 0;
    for (const uint64_t count : done) all += count;
    return all;
  }
};

}  // namespace varve::log::test
