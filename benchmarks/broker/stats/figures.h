#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/broker/stats/histogram.h"

namespace varve::bench {

// How often a broker answered with each error, by its name.
using ErrorCounts = std::map<std::string, uint64_t>;

// What one process used during a measurement.
struct Used {
  double cpu_seconds = 0;
  uint64_t memory_bytes_peak = 0;
  std::optional<uint64_t> disk_bytes_read = std::nullopt;  // nothing if nobody could tell
};

// What was measured in one go.
//
// Requests, records and bytes are those that were answered well. Bytes are record batches as they
// travel: headers of batches are in, headers of requests are not.
struct Figures {
  double seconds = 0;
  uint64_t requests = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  Histogram latency;  // of requests; of records in the mode latency
  ErrorCounts errors;
  Used own;
  std::optional<Used> broker = std::nullopt;
  // What else there is to tell, in the order of telling: a name with its unit, and a number.
  std::vector<std::pair<std::string, double>> more = {};
};

inline uint64_t TotalErrors(const ErrorCounts& errors) {
  uint64_t total = 0;
  for (const auto& [name, count] : errors) total += count;
  return total;
}

inline double PerSecond(const Figures& figures, uint64_t amount) {
  return figures.seconds > 0 ? static_cast<double>(amount) / figures.seconds : 0;
}

inline constexpr double kMiB = 1 << 20;
inline constexpr double kGiB = 1 << 30;

// Nothing if no bytes went.
inline std::optional<double> CpuPerGiB(const Figures& figures, const Used& used) {
  if (figures.bytes == 0) return std::nullopt;
  return used.cpu_seconds / (static_cast<double>(figures.bytes) / kGiB);
}

}  // namespace varve::bench
