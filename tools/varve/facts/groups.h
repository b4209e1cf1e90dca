#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/task.h"
#include "tools/varve/client/client.h"
#include "tools/varve/facts/topics.h"

// What a cluster tells about its groups, copied out of the answers.
namespace varve::cli {

struct GroupListed {
  std::string name;
  std::string state;
  std::string type;
  std::string protocol;
  int32_t coordinator = -1;
};

struct MemberFacts {
  std::string id;
  std::string instance;  // "" if it is no static member
  std::string client;
  std::string host;
  std::vector<TopicPartition> partitions;  // its share
};

struct GroupFacts {
  std::string name;
  std::string state;
  std::string type;      // classic or consumer
  std::string assignor;  // how partitions are shared out
  std::vector<MemberFacts> members;

  bool in_use() const { return !members.empty(); }
};

// All groups, of all brokers, by their names.
io::Task<absl::StatusOr<std::vector<GroupListed>>> AllGroups(Client& client);

// NotFound: there is no such group; what it may have been meant to be.
io::Task<absl::StatusOr<GroupFacts>> DescribeGroup(Client& client, std::string name);

// What the group has committed.
using CommittedMap = std::map<TopicPartition, int64_t>;
io::Task<absl::StatusOr<CommittedMap>> Committed(Client& client, std::string group);

// The partitions in what a member of the classic protocol was given; nothing if the bytes are no
// assignment of a consumer.
std::optional<std::vector<TopicPartition>> ParseAssignment(Bytes assignment);

}  // namespace varve::cli
