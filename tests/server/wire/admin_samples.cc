#include "tests/server/wire/admin_messages.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {

template <>
DescribeConfigsRequest Sample() {
  DescribeConfigsRequest::Resource orders{
      .resource_type = ConfigResource::kTopic,
      .resource_name = "orders",
  };
  orders.configuration_keys = {"retention.ms", "k"};
  return {
      .resources = {orders, {.resource_type = ConfigResource::kBroker}},
      .include_synonyms = true,
  };
}

template <>
DescribeConfigsResponse Sample() {
  const DescribeConfigsResponse::Config retention{
      .name = "retention.ms",
      .value = "1000",
      .read_only = true,
      .config_source = ConfigSource::kTopic,
      .synonyms = {{"log.retention.ms", "2000", ConfigSource::kStaticBroker}, {.name = "s"}},
      .config_type = ConfigType::kLong,
      .documentation = "how long",
  };
  const DescribeConfigsResponse::Result orders{
      .error_code = ErrorCode::kInvalidConfig,
      .error_message = "bad",
      .resource_type = ConfigResource::kTopic,
      .resource_name = "orders",
      .configs = {retention, {.name = "k"}},
  };
  return {
      .throttle_time_ms = 5,
      .results = {orders, {.resource_type = ConfigResource::kBroker}},
  };
}

template <>
AlterConfigsRequest Sample() {
  const AlterConfigsRequest::Resource orders{
      .resource_type = ConfigResource::kTopic,
      .resource_name = "orders",
      .configs = {{"retention.ms", "1000"}, {.name = "k"}},
  };
  return {
      .resources = {orders, {.resource_type = ConfigResource::kBroker}},
      .validate_only = true,
  };
}

template <>
AlterConfigsResponse Sample() {
  return {
      .throttle_time_ms = 6,
      .responses = {{ErrorCode::kInvalidConfig, "bad", ConfigResource::kTopic, "orders"},
                    {.resource_type = ConfigResource::kBroker}},
  };
}

template <>
IncrementalAlterConfigsRequest Sample() {
  const IncrementalAlterConfigsRequest::Resource orders{
      .resource_type = ConfigResource::kTopic,
      .resource_name = "orders",
      .configs = {{"cleanup.policy", ConfigOperation::kAppend, "compact"},
                  {.name = "k", .config_operation = ConfigOperation::kDelete}},
  };
  return {
      .resources = {orders, {.resource_type = ConfigResource::kBroker}},
      .validate_only = true,
  };
}

template <>
IncrementalAlterConfigsResponse Sample() {
  return {
      .throttle_time_ms = 7,
      .responses = {{ErrorCode::kPolicyViolation, "no", ConfigResource::kTopic, "orders"},
                    {.resource_type = ConfigResource::kBroker}},
  };
}

template <>
ListConfigResourcesRequest Sample() {
  return {.resource_types = {ConfigResource::kTopic, ConfigResource::kGroup}};
}

template <>
ListConfigResourcesResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kUnsupportedVersion,
      .config_resources = {{"orders", ConfigResource::kTopic}, {.resource_name = "m"}},
  };
}

template <>
DeleteRecordsRequest Sample() {
  return {
      .topics = {{"orders", {{3, 1000}, {4, kDeleteToHighWatermark}}}},
      .timeout_ms = 900,
  };
}

template <>
DeleteRecordsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .topics = {{"orders",
                  {{.partition_index = 3, .low_watermark = 1000},
                   {4, -1, ErrorCode::kOffsetOutOfRange}}},
                 {.name = "b"}},
  };
}

template <>
DescribeLogDirsRequest Sample() {
  DescribeLogDirsRequest request;
  request.topics = {{"orders", {3, 4}}, {.topic = "b"}};
  return request;
}

template <>
DescribeLogDirsResponse Sample() {
  const DescribeLogDirsResponse::Result failed{
      .error_code = ErrorCode::kKafkaStorageError,
      .log_dir = "/data/1",
      .topics = {{"orders", {{3, 5'000'000'000, 17, true}, {.partition_index = 4}}}},
      .total_bytes = 9'000'000'000,
      .usable_bytes = 8'000'000'000,
  };
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kClusterAuthorizationFailed,
      .results = {failed, {.log_dir = "/data/2"}},
  };
}

template <>
DescribeProducersRequest Sample() {
  return {.topics = {{"orders", {3, 4}}, {.name = "b"}}};
}

template <>
DescribeProducersResponse Sample() {
  const DescribeProducersResponse::Producer producer{
      .producer_id = 4000,
      .producer_epoch = 5,
      .last_sequence = 6,
      .last_timestamp = 1'700'000'000'000,
      .coordinator_epoch = 7,
      .current_txn_start_offset = 950,
  };
  const DescribeProducersResponse::Partition partition{
      .partition_index = 3,
      .error_code = ErrorCode::kNotLeaderOrFollower,
      .error_message = "why",
      .active_producers = {producer, {.producer_id = 4001}},
  };
  return {.throttle_time_ms = 2, .topics = {{"orders", {partition, {.partition_index = 4}}}}};
}

template <>
DescribeTopicPartitionsRequest Sample() {
  return {
      .topics = {{"orders"}, {"b"}},
      .response_partition_limit = 100,
      .cursor = TopicPartitionCursor{"orders", 3},
  };
}

template <>
DescribeTopicPartitionsResponse Sample() {
  DescribeTopicPartitionsResponse::Partition partition{
      .error_code = ErrorCode::kReplicaNotAvailable,
      .partition_index = 3,
      .leader_id = 1,
      .leader_epoch = 77,
      .replica_nodes = {1, 2, 3},
      .isr_nodes = {2, 1},
      .offline_replicas = {3},
  };
  partition.eligible_leader_replicas = {4};
  partition.last_known_elr = {5, 6};
  const DescribeTopicPartitionsResponse::Topic orders{
      .error_code = ErrorCode::kLeaderNotAvailable,
      .name = "orders",
      .topic_id = kSampleId,
      .is_internal = true,
      .partitions = {partition, {.partition_index = 4}},
      .topic_authorized_operations = 0x0df8,
  };
  return {
      .throttle_time_ms = 2,
      .topics = {orders, {.error_code = ErrorCode::kUnknownTopicOrPartition}},
      .next_cursor = TopicPartitionCursor{"b", 9},
  };
}

template <>
ElectLeadersRequest Sample() {
  ElectLeadersRequest request{.election_type = ElectionType::kUnclean, .timeout_ms = 900};
  request.topic_partitions = {{"orders", {3, 4}}, {.topic = "b"}};
  return request;
}

template <>
ElectLeadersResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kNotController,
      .replica_election_results = {{"orders",
                                    {{3, ErrorCode::kElectionNotNeeded, "is"},
                                     {.partition_id = 4}}},
                                   {.topic = "b"}},
  };
}

template <>
AlterPartitionReassignmentsRequest Sample() {
  AlterPartitionReassignmentsRequest::Partition partition{.partition_index = 3};
  partition.replicas = {1, 2};
  return {
      .timeout_ms = 900,
      .allow_replication_factor_change = false,
      .topics = {{"orders", {partition, {.partition_index = 4}}}, {.name = "b"}},
  };
}

template <>
AlterPartitionReassignmentsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .allow_replication_factor_change = false,
      .error_code = ErrorCode::kNotController,
      .error_message = "why",
      .responses = {{"orders",
                     {{3, ErrorCode::kNoReassignmentInProgress, "none"}, {.partition_index = 4}}},
                    {.name = "b"}},
  };
}

template <>
ListPartitionReassignmentsRequest Sample() {
  ListPartitionReassignmentsRequest request{.timeout_ms = 900};
  request.topics = {{"orders", {3, 4}}, {.name = "b"}};
  return request;
}

template <>
ListPartitionReassignmentsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kNotController,
      .error_message = "why",
      .topics = {{"orders", {{3, {1, 2, 3}, {2, 3}, {1}}, {.partition_index = 4}}}, {.name = "b"}},
  };
}

}  // namespace varve::wire
