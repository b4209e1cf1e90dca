#include <cstdio>

#include "tests/engine/io/sim/sim_workload.h"

// Prints the traces of a few seeds, so that two processes, or two compilers, can be compared.
int main() {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const uint64_t hash = varve::io::TraceOfWorkload({.seed = seed});
    std::printf("seed %2llu trace %016llx\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(hash));
  }
  return 0;
}
