#include "server/cluster/topic_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace varve::cluster {
namespace {

using wire::ErrorCode;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

template <typename... Args>
Verdict Refuse(ErrorCode error, fmt::format_string<Args...> text, Args&&... args) {
  return {error, fmt::format(text, std::forward<Args>(args)...)};
}

bool IsThisNodeAlone(const std::vector<int32_t>& replicas, int32_t node_id) {
  return replicas.size() == 1 && replicas[0] == node_id;
}

std::string ListOf(const std::vector<int32_t>& nodes) {
  std::string list;
  for (const int32_t node : nodes) {
    if (!list.empty()) list += ',';
    list += fmt::to_string(node);
  }
  return list;
}

Verdict CheckReplicas(int32_t partition, const std::vector<int32_t>& replicas, int32_t node_id) {
  if (IsThisNodeAlone(replicas, node_id)) return {};
  return Refuse(ErrorCode::kInvalidReplicaAssignment,
                "partition {} is assigned to [{}]; it can only be to [{}], the one node there is",
                partition, ListOf(replicas), node_id);
}

Verdict CheckAssignments(const NewTopic& topic, int32_t node_id) {
  if (topic.partitions != -1 || topic.replication_factor != -1) {
    return Refuse(ErrorCode::kInvalidRequest,
                  "with assignments, the number of partitions and the replication factor are -1; "
                  "they are {} and {}",
                  topic.partitions, topic.replication_factor);
  }
  std::vector<int32_t> numbers;
  for (const Assignment& assignment : topic.assignments) {
    const Verdict verdict = CheckReplicas(assignment.partition, assignment.replicas, node_id);
    if (!verdict.ok()) return verdict;
    numbers.push_back(assignment.partition);
  }
  std::sort(numbers.begin(), numbers.end());
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != static_cast<int32_t>(i)) {
      return Refuse(ErrorCode::kInvalidReplicaAssignment,
                    "assigned partitions are numbered from 0 without gaps: there is a {} in the "
                    "place of {}",
                    numbers[i], i);
    }
  }
  return {};
}

Verdict CheckCounts(const TopicShape& shape) {
  if (shape.partitions < 1) {
    return Refuse(ErrorCode::kInvalidPartitions, "{} partitions; at least 1, or -1 for the default",
                  shape.partitions);
  }
  if (shape.partitions > kNewPartitionsMax) {
    return Refuse(ErrorCode::kInvalidPartitions, "{} partitions; at most {} can be made at once",
                  shape.partitions, kNewPartitionsMax);
  }
  if (shape.replication_factor != 1) {
    return Refuse(ErrorCode::kInvalidReplicationFactor,
                  "replication factor {}; it can only be 1: there is one broker",
                  shape.replication_factor);
  }
  return {};
}

}  // namespace

bool IsInternalTopic(std::string_view name) {
  return name == kConsumerOffsetsTopic || name == kTransactionStateTopic ||
         name == kShareGroupStateTopic;
}

Verdict CheckTopicName(std::string_view name) {
  constexpr ErrorCode kError = ErrorCode::kInvalidTopicException;
  if (name.empty()) return Refuse(kError, "a topic's name cannot be empty");
  if (name == "." || name == "..") return Refuse(kError, "a topic cannot be called \"{}\"", name);
  if (name.size() > kTopicNameMax) {
    return Refuse(kError, "a topic's name has at most {} characters, this one {}", kTopicNameMax,
                  name.size());
  }
  if (!std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return Refuse(kError, "\"{}\" has a character that is none of a-z A-Z 0-9 . _ -", name);
  }
  return {};
}

std::string CollisionKey(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '_', '.');
  return key;
}

Verdict CheckShape(const NewTopic& topic, int32_t node_id, const config::BrokerSettings& settings,
                   TopicShape& shape) {
  if (!topic.assignments.empty()) {
    const Verdict verdict = CheckAssignments(topic, node_id);
    if (!verdict.ok()) return verdict;
    shape = {static_cast<int32_t>(topic.assignments.size()), 1};
    return CheckCounts(shape);
  }
  shape.partitions = topic.partitions == -1 ? settings.default_partitions : topic.partitions;
  shape.replication_factor = topic.replication_factor == -1 ? settings.default_replication_factor
                                                            : topic.replication_factor;
  return CheckCounts(shape);
}

Verdict CheckNewTopic(const NewTopic& topic, int32_t node_id, const config::BrokerConfig& broker,
                      TopicShape& shape) {
  Verdict verdict = CheckTopicName(topic.name);
  if (!verdict.ok()) return verdict;
  const bool reserved = IsInternalTopic(topic.name) && !topic.by_broker;
  if (reserved || topic.name == kMetadataTopic) {
    return Refuse(ErrorCode::kInvalidTopicException,
                  "{} is the broker's own topic and not made on request", topic.name);
  }
  verdict = CheckShape(topic, node_id, broker.settings(), shape);
  if (!verdict.ok()) return verdict;
  const absl::Status config = config::ValidateTopicConfig(topic.overrides, broker);
  if (!config.ok()) return {ErrorCode::kInvalidConfig, std::string(config.message())};
  return {};
}

Verdict CheckMorePartitions(const MorePartitions& request, const Topic& topic, int32_t node_id) {
  const auto present = static_cast<int32_t>(topic.partitions.size());
  if (request.count <= present) {
    return Refuse(ErrorCode::kInvalidPartitions,
                  "topic {} has {} partitions; their number can only be raised, not set to {}",
                  topic.name, present, request.count);
  }
  const int64_t added = int64_t{request.count} - present;
  if (added > kNewPartitionsMax) {
    return Refuse(ErrorCode::kInvalidPartitions, "{} partitions more; at most {} at once", added,
                  kNewPartitionsMax);
  }
  if (!request.assigned) return {};
  if (std::ssize(request.assignments) != added) {
    return Refuse(ErrorCode::kInvalidReplicaAssignment,
                  "{} partitions are added, but {} are assigned", added,
                  request.assignments.size());
  }
  for (size_t i = 0; i < request.assignments.size(); ++i) {
    const Verdict verdict =
        CheckReplicas(present + static_cast<int32_t>(i), request.assignments[i], node_id);
    if (!verdict.ok()) return verdict;
  }
  return {};
}

}  // namespace varve::cluster
