#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/task.h"
#include "tools/varve/session.h"

// varve group ...
namespace varve::cli {

struct ListGroupsOptions {
  std::vector<std::string> states;  // none: all
};

struct DescribeGroupOptions {
  std::vector<std::string> names;
};

struct ResetOffsetsOptions {
  std::string group;
  std::vector<std::string> topics;  // "orders", or "orders:0,2"
  bool all_topics = false;          // all that the group has offsets of
  bool to_earliest = false;
  bool to_latest = false;
  bool to_current = false;
  std::optional<int64_t> to_offset;
  std::optional<int64_t> shift_by;
  std::optional<std::string> to_time;
  std::optional<std::string> by_duration;
  bool dry_run = false;
  bool execute = false;
};

struct DeleteGroupOptions {
  std::vector<std::string> names;
};

// Options outlive the task.
io::Task<absl::Status> ListGroups(Session& session, const ListGroupsOptions& options);
io::Task<absl::Status> DescribeGroups(Session& session, const DescribeGroupOptions& options);
io::Task<absl::Status> ResetOffsets(Session& session, const ResetOffsetsOptions& options);
io::Task<absl::Status> DeleteGroups(Session& session, const DeleteGroupOptions& options);

}  // namespace varve::cli
