#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/broker/mode/common.h"

namespace varve::bench {

// Exit statuses.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

// What the command line asks for.
struct Invocation {
  std::string mode;
  std::vector<std::pair<std::string, std::string>> options;  // that have a value
  Common common;
  std::function<absl::StatusOr<Rows>(const Common&)> run;
  std::function<absl::Status()> report;  // instead of measuring
};

// Nothing if the process is to end at once, with this status: help was asked for, or the line was
// wrong, and somebody has been told.
std::optional<Invocation> ParseOptions(int argc, const char* const* argv, int& exit_status);

}  // namespace varve::bench
