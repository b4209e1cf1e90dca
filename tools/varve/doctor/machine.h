#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "tools/varve/doctor/examine.h"

namespace varve::cli {

// Finds out about this machine, and about the disk of a directory if that is not "".
// NotFound: there is no such directory.
absl::StatusOr<MachineFacts> LookAtMachine(const std::string& directory);

}  // namespace varve::cli
