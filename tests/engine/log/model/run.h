#pragma once

#include <cstdint>
#include <string>

#include "engine/io/sim/sim_disk.h"
#include "tests/engine/log/model/tally.h"

namespace varve::log::test {

struct ModelRunOptions {
  uint64_t operations = 2000;
  unsigned lies = io::kNoLie;
  bool harsh = false;  // the power goes all the time
};

// Makes a machine with one to three logs from the seed, and does so many random things to it and
// with it: see operations.h. Among them the machine stops, loses power, and calls on its disk
// fail. Compares what the logs show with what was promised, and returns the first violation with
// what was done before it; empty if there is none.
std::string ModelRun(uint64_t seed, const ModelRunOptions& options, Tally& tally);

}  // namespace varve::log::test
