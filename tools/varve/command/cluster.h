#pragma once

#include <absl/status/status.h>

#include "engine/io/task.h"
#include "tools/varve/session.h"

namespace varve::cli {

struct ClusterOptions {
  bool api_versions = false;
};

// varve cluster. `options` outlive the task.
io::Task<absl::Status> ShowCluster(Session& session, const ClusterOptions& options);

}  // namespace varve::cli
