#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace varve::bench {

// What a process has used so far, as the kernel counts it.
struct Usage {
  double cpu_seconds = 0;            // all threads, user and system; of others in steps of 10 ms
  uint64_t resident_bytes = 0;       // now
  uint64_t resident_bytes_peak = 0;  // since it began
  // From disks, so far: what the page cache had is not in it. Nothing if that may not be looked at.
  std::optional<uint64_t> disk_bytes_read = std::nullopt;
};

Usage OwnUsage();
// NotFound: there is no such process, or it may not be looked at.
absl::StatusOr<Usage> UsageOf(int pid);

// The parts of UsageOf: /proc/PID/stat, /proc/PID/status and /proc/PID/io.
double CpuSecondsIn(std::string_view stat, double ticks_per_second);
uint64_t BytesIn(std::string_view status, std::string_view name);
std::optional<uint64_t> DiskBytesReadIn(std::string_view io);

// CPU time of the calling thread.
double ThreadCpuSeconds();

// The process that listens on this TCP port here. NotFound: none that we may look at.
absl::StatusOr<int> PidListeningOn(uint16_t port);

}  // namespace varve::bench
