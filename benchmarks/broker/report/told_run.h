#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/broker/stats/histogram.h"

namespace varve::bench {

// A run as its JSON tells of it, as far as a report shows it.
struct ToldRow {
  std::string label;
  double requests_per_second = 0;
  double records_per_second = 0;
  double mib_per_second = 0;
  std::optional<double> own_cpu_per_gib;
  std::optional<double> server_cpu_per_gib;
  std::optional<double> server_cpu_us_per_request;
  Histogram latency;
  std::string errors;  // "" if there were none
};

struct ToldRun {
  std::string name;  // of the file, without folder and ending
  std::string mode;
  std::string start;
  std::string machine;
  std::string options;
  std::vector<ToldRow> rows;
};

// InvalidArgument: it is not what varve-bench writes.
absl::StatusOr<ToldRun> ReadRun(std::string name, std::string_view json);

}  // namespace varve::bench
