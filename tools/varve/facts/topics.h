#pragma once

#include <absl/status/statusor.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/task.h"
#include "server/wire/error.h"
#include "tools/varve/client/client.h"

// What a cluster tells about its topics, copied out of the answers.
namespace varve::cli {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

struct PartitionFacts {
  int32_t index = 0;
  int32_t leader = -1;  // -1: none
  int32_t leader_epoch = -1;
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
};

struct TopicFacts {
  std::string name;
  Uuid id;
  bool internal = false;
  std::vector<PartitionFacts> partitions;  // by their numbers

  int32_t replication() const {
    return partitions.empty() ? 0 : static_cast<int32_t>(partitions.front().replicas.size());
  }
};

// All topics, by their names.
io::Task<absl::StatusOr<std::vector<TopicFacts>>> AllTopics(Client& client);
// Those named, in that order. NotFound names the first that is not there, and what it may have
// been meant to be.
io::Task<absl::StatusOr<std::vector<TopicFacts>>> NamedTopics(Client& client,
                                                              std::vector<std::string> names);

// Waits until each of these topics has as many partitions with leaders, and one with none is gone:
// brokers learn a little later what the controller has done. Not for ever: what was done is done.
io::Task<> AwaitPartitions(Client& client, std::map<std::string, size_t> counts);

// NotFound, with what `name` may have been meant to be.
absl::Status NoSuchTopic(const std::string& name, const std::vector<std::string>& names);

struct OffsetFacts {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  int64_t offset = -1;  // -1: there is none for that time
};
using OffsetMap = std::map<TopicPartition, OffsetFacts>;

// The offsets for a time, or one of wire::kLatestTimestamp and its like, of all partitions of
// these topics that have a leader.
io::Task<absl::StatusOr<OffsetMap>> OffsetsAt(Client& client, std::vector<TopicFacts> topics,
                                              int64_t timestamp_ms);

// Bytes of each partition: of its largest replica, if there are several.
using SizeMap = std::map<TopicPartition, int64_t>;
// What brokers do not tell is missing.
io::Task<absl::StatusOr<SizeMap>> Sizes(Client& client, std::vector<TopicFacts> topics);

}  // namespace varve::cli
