#include <fmt/format.h>

#include <cstdlib>

#include "tests/engine/log/crash_run.h"

// Prints the trace of each seed's crashes: the same in every process and with every compiler.
//   log_crash_trace [FIRST_SEED [COUNT]]
int main(int argc, char** argv) {
  const uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 1;
  const uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 3;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const auto result = varve::log::test::CrashEverywhere(seed, {.every = 10});
    fmt::print("seed {} runs {} trace {:016x}{}\n", seed, result.runs, result.trace,
               result.violation);
    if (!result.violation.empty()) return 1;
  }
}
