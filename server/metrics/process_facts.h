#pragma once

#include <cstdint>
#include <string_view>

namespace varve::metrics {

// This process as the kernel sees it. 0: it does not tell.
struct ProcessFacts {
  double cpu_seconds = 0;
  double start_seconds = 0;  // since 1970
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_files = 0;
  uint64_t open_files_max = 0;
};

// Reads /proc. May block for a moment.
ProcessFacts ReadProcess();

// What /proc/self/stat says, as far as it can be read. Its times are in ticks since the machine
// began, at `boot_seconds`.
ProcessFacts ParseProcStat(std::string_view stat, double ticks_per_second, uint64_t page_bytes,
                           double boot_seconds);

}  // namespace varve::metrics
