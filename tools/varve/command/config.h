#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "engine/io/task.h"
#include "tools/varve/session.h"

// varve config ...
namespace varve::cli {

struct DescribeConfigOptions {
  std::string kind;  // topic or broker
  std::string name;
  bool all = false;  // defaults, too
  bool documentation = false;
};

struct ChangeConfigOptions {
  std::string kind;
  std::string name;
  std::vector<std::string> settings;  // name=value, or names alone to unset
  bool dry_run = false;
};

// Options outlive the task.
io::Task<absl::Status> DescribeConfig(Session& session, const DescribeConfigOptions& options);
io::Task<absl::Status> SetConfig(Session& session, const ChangeConfigOptions& options);
io::Task<absl::Status> UnsetConfig(Session& session, const ChangeConfigOptions& options);

}  // namespace varve::cli
