#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/io/task.h"
#include "tools/varve/session.h"

// varve topic ...
namespace varve::cli {

struct CreateTopicOptions {
  std::vector<std::string> names;
  int32_t partitions = -1;   // -1: as the broker is configured
  int16_t replication = -1;  // likewise
  std::vector<std::string> configs;
  bool if_not_exists = false;
  bool dry_run = false;
  bool quiet = false;  // nothing is told but errors
};

struct ListTopicsOptions {
  bool internal = false;
};

struct DescribeTopicOptions {
  std::vector<std::string> names;  // none: all
};

struct AlterTopicOptions {
  std::string name;
  int32_t partitions = 0;  // 0: as many as there are
  std::vector<std::string> set;
  std::vector<std::string> unset;
  bool dry_run = false;
};

struct DeleteTopicOptions {
  std::vector<std::string> names;
  bool if_exists = false;
};

// Options outlive the task.
io::Task<absl::Status> CreateTopics(Session& session, const CreateTopicOptions& options);
io::Task<absl::Status> ListTopics(Session& session, const ListTopicsOptions& options);
io::Task<absl::Status> DescribeTopics(Session& session, const DescribeTopicOptions& options);
io::Task<absl::Status> AlterTopic(Session& session, const AlterTopicOptions& options);
io::Task<absl::Status> DeleteTopics(Session& session, const DeleteTopicOptions& options);

}  // namespace varve::cli
