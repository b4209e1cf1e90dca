#pragma once

#include <optional>
#include <string>
#include <vector>

namespace varve {

// The command line of varved.
struct Options {
  std::string properties_file;  // empty: none
  std::vector<std::string> overrides;
  bool print_reference = false;
};

// Nothing if the process is to end at once, with this status: help was asked for, or the line was
// wrong, and somebody has been told.
std::optional<Options> ParseOptions(int argc, char** argv, int& exit_status);

}  // namespace varve
