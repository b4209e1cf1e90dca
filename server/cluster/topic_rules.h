#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cluster/image.h"
#include "server/config/broker_config.h"
#include "server/config/topic_config.h"
#include "server/wire/error.h"

// What may be created, as pure functions: Kafka's rules, for a cluster of one node.
namespace varve::cluster {

inline constexpr std::string_view kConsumerOffsetsTopic = "__consumer_offsets";
inline constexpr std::string_view kTransactionStateTopic = "__transaction_state";
inline constexpr std::string_view kShareGroupStateTopic = "__share_group_state";
inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

inline constexpr size_t kTopicNameMax = 249;
// Of one request, so that a change fits into one batch of the metadata log.
inline constexpr int64_t kNewPartitionsMax = 10'000;

// A verdict: kNone and no message, or what is wrong.
struct Verdict {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};

  bool ok() const { return error == wire::ErrorCode::kNone; }
};

// Topics that brokers write for themselves, as clients are told by Metadata.
bool IsInternalTopic(std::string_view name);

// kInvalidTopicException: empty, too long, "." or "..", or with a character that is none of
// a-z A-Z 0-9 . _ -
Verdict CheckTopicName(std::string_view name);

// A name with '.' in the place of each '_': two topics may not share it.
std::string CollisionKey(std::string_view name);

struct Assignment {
  int32_t partition = 0;
  std::vector<int32_t> replicas{};
};

struct NewTopic {
  std::string name{};
  int32_t partitions = -1;                // -1: the broker's default
  int16_t replication_factor = -1;        // -1: the broker's default
  std::vector<Assignment> assignments{};  // if any, both of the above are -1
  config::TopicOverrides overrides{};
  bool by_broker = false;  // not asked for by a client: may be an internal topic
};

// What a request comes to, once it was found good.
struct TopicShape {
  int32_t partitions = 0;
  int16_t replication_factor = 0;
};

// Partitions, replicas and assignments of a topic to be created.
//   kInvalidPartitions         neither positive nor -1
//   kInvalidReplicationFactor  neither 1 nor -1, or a default that one node cannot fulfil
//   kInvalidRequest            assignments together with counts
//   kInvalidReplicaAssignment  partitions not 0, 1, 2...; replicas other than this node alone
Verdict CheckShape(const NewTopic& topic, int32_t node_id, const config::BrokerSettings& settings,
                   TopicShape& shape);

// All of it except what depends on other topics: name, shape and configuration (kInvalidConfig).
Verdict CheckNewTopic(const NewTopic& topic, int32_t node_id, const config::BrokerConfig& broker,
                      TopicShape& shape);

struct MorePartitions {
  std::string topic{};
  int32_t count = 0;  // in all, afterwards
  // Replicas of each partition that is added, in order; empty: wherever there is room.
  std::vector<std::vector<int32_t>> assignments{};
  bool assigned = false;  // an empty list was given, which is not the same as none
};

//   kInvalidPartitions         not more than there are, or more than one change may add
//   kInvalidReplicaAssignment  not one list for each new partition, each of this node alone
Verdict CheckMorePartitions(const MorePartitions& request, const Topic& topic, int32_t node_id);

}  // namespace varve::cluster
