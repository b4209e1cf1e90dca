#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/varve/session.h"

namespace varve::cli {

// Exit statuses.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

// What the command line asks for.
struct Invocation {
  Globals globals;
  std::function<absl::Status(const Globals&)> run;
};

// Nothing if the process is to end at once, with this status: help was asked for, or the line was
// wrong, and somebody has been told.
std::optional<Invocation> ParseOptions(int argc, char** argv, int& exit_status);

}  // namespace varve::cli
