#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/broker/mode/common.h"

namespace varve::bench {

// A run, as it is told of.
struct Run {
  std::string mode;
  int64_t start_ms = 0;                                        // since 1970
  std::vector<std::pair<std::string, std::string>> options{};  // those of the command line
  Rows rows{};
};

// What a table shows of latencies, and a file.
inline constexpr double kPercentiles[] = {50, 90, 99, 99.9, 99.99};

// For people: a table, and below it what no column is for.
std::string ToText(const Run& run);

// For programs: one object on one line; README.md tells what is in it.
std::string ToJson(const Run& run);

}  // namespace varve::bench
