#pragma once

#include <absl/status/status.h>

#include <string>

#include "tools/varve/session.h"

namespace varve::cli {

struct DoctorOptions {
  std::string data_dir;
};

// varve doctor: an error without a text if anything fails.
absl::Status Doctor(const Globals& globals, const DoctorOptions& options);

}  // namespace varve::cli
