#include "tests/server/wire/samples.h"

namespace varve::wire {
namespace {

MutableBytes SampleBatch() {
  static char batch[] = {'b', 'a', 't', 'c', 'h', '!'};
  return {reinterpret_cast<std::byte*>(batch), sizeof(batch)};
}

}  // namespace

template <>
ApiVersionsRequest Sample() {
  return {.client_software_name = "varve-cli", .client_software_version = "0.1.0"};
}

template <>
ApiVersionsResponse Sample() {
  return {
      .api_keys = {{ApiKey::kFetch, 4, 18}, {ApiKey::kApiVersions, 0, 3}},
      .throttle_time_ms = 7,
      .supported_features = {{"metadata.version", 1, 25}},
      .finalized_features_epoch = 0x1234567890,
      .finalized_features = {{"metadata.version", 21, 20}},
      .zk_migration_ready = true,
  };
}

template <>
MetadataRequest Sample() {
  MetadataRequest request{
      .allow_auto_topic_creation = false,
      .include_cluster_authorized_operations = true,
      .include_topic_authorized_operations = true,
  };
  request.topics = {{.topic_id = kSampleId, .name = "orders"}, {.name = "x"}};
  return request;
}

template <>
MetadataResponse Sample() {
  const MetadataResponse::Partition partition{
      .error_code = ErrorCode::kReplicaNotAvailable,
      .partition_index = 6,
      .leader_id = 1,
      .leader_epoch = 77,
      .replica_nodes = {1, 2, 3},
      .isr_nodes = {2, 1},
      .offline_replicas = {3},
  };
  const MetadataResponse::Topic topic{
      .error_code = ErrorCode::kLeaderNotAvailable,
      .name = "orders",
      .topic_id = kSampleId,
      .is_internal = true,
      .partitions = {partition},
      .topic_authorized_operations = 0x0df8,
  };
  return {
      .throttle_time_ms = 3,
      .brokers = {{1, "h1", 9092, "r1"}, {2, "host2", 9093}},
      .cluster_id = "cluster-id",
      .controller_id = 2,
      .topics = {topic, {.error_code = ErrorCode::kUnknownTopicOrPartition, .name = "none"}},
      .cluster_authorized_operations = 0x0aa0,
      .error_code = ErrorCode::kRebootstrapRequired,
  };
}

template <>
ProduceRequest Sample() {
  return {
      .transactional_id = "tx",
      .acks = -1,
      .timeout_ms = 1500,
      .topics = {{"orders", kSampleId, {{3, RequestRecords{SampleBatch()}}, {4}}}},
  };
}

template <>
ProduceResponse Sample() {
  const ProduceResponse::Partition failed{
      .index = 3,
      .error_code = ErrorCode::kNotLeaderOrFollower,
      .base_offset = 100,
      .log_append_time_ms = 1'700'000'000'000,
      .log_start_offset = 50,
      .record_errors = {{2, "bad"}, {5}},
      .error_message = "why",
      .current_leader = {8, 9},
  };
  return {
      .topics = {{"orders", kSampleId, {failed, {.index = 4}}}},
      .throttle_time_ms = 11,
      .node_endpoints = {{8, "h8", 9098, "r8"}},
  };
}

template <>
FetchRequest Sample() {
  const FetchRequest::Partition partition{
      .index = 3,
      .current_leader_epoch = 7,
      .fetch_offset = 1000,
      .last_fetched_epoch = 6,
      .log_start_offset = 10,
      .max_bytes = 65536,
      .replica_directory_id = kOtherSampleId,
      .high_watermark = 999,
  };
  return {
      .cluster_id = "cid",
      .replica = {.id = 5, .epoch = 600},
      .max_wait_ms = 500,
      .min_bytes = 1,
      .max_bytes = 1 << 20,
      .isolation_level = 1,
      .session_id = 42,
      .session_epoch = 2,
      .topics = {{"orders", kSampleId, {partition, {.index = 4, .max_bytes = 1}}}},
      .forgotten_topics = {{"gone", kOtherSampleId, {1, 2}}},
      .rack_id = "rack",
  };
}

template <>
FetchResponse Sample() {
  FetchResponse::Partition partition{
      .index = 3,
      .error_code = ErrorCode::kFencedLeaderEpoch,
      .high_watermark = 1001,
      .last_stable_offset = 1002,
      .log_start_offset = 12,
      .diverging_epoch = {.epoch = 5, .end_offset = 900},
      .current_leader = {.leader_id = 2, .leader_epoch = 8},
      .snapshot_id = {.end_offset = 800, .epoch = 4},
      .preferred_read_replica = 6,
      .records = {AsBytes("records")},
  };
  partition.aborted_transactions = {{4000, 950}};
  return {
      .throttle_time_ms = 1,
      .error_code = ErrorCode::kInvalidFetchSessionEpoch,
      .session_id = 43,
      .topics = {{"orders", kSampleId, {partition, {.index = 4}}}},
      .node_endpoints = {{2, "h2", 9092}},
  };
}

template <>
ListOffsetsRequest Sample() {
  return {
      .replica_id = -1,
      .isolation_level = 1,
      .topics = {{"orders",
                  {{3, 7, kEarliestTimestamp}, {.index = 4, .timestamp = 1'700'000'000'000}}}},
      .timeout_ms = 900,
  };
}

template <>
ListOffsetsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .topics = {{"orders",
                  {{3, ErrorCode::kNone, 1'700'000'000'001, 1234, 7},
                   {4, ErrorCode::kUnknownTopicOrPartition}}}},
  };
}

template <>
OffsetForLeaderEpochRequest Sample() {
  return {
      .replica_id = -1,
      .topics = {{"orders", {{.index = 3, .current_leader_epoch = 8, .leader_epoch = 6}}}},
  };
}

template <>
OffsetForLeaderEpochResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .topics = {{"orders", {{ErrorCode::kFencedLeaderEpoch, 3, 6, 4321}, {.index = 4}}}},
  };
}

template <>
CreateTopicsRequest Sample() {
  const CreateTopicsRequest::Topic orders{
      .name = "orders",
      .num_partitions = -1,
      .replication_factor = 2,
      .assignments = {{1, {3, 4}}},
      .configs = {{"retention.ms", "1000"}, {"k"}},
  };
  return {
      .topics = {orders, {.name = "b", .num_partitions = 12, .replication_factor = 1}},
      .timeout_ms = 30'000,
      .validate_only = true,
  };
}

template <>
CreateTopicsResponse Sample() {
  CreateTopicsResponse::Topic orders{
      .name = "orders",
      .topic_id = kSampleId,
      .error_code = ErrorCode::kTopicAlreadyExists,
      .error_message = "exists",
      .topic_config_error_code = ErrorCode::kTopicAuthorizationFailed,
      .num_partitions = 12,
      .replication_factor = 2,
  };
  orders.configs.emplace();
  orders.configs->push_back({"retention.ms", "1000", true, 5, false});
  orders.configs->push_back({"k"});
  return {.throttle_time_ms = 4, .topics = {orders, {.name = "b"}}};
}

template <>
DeleteTopicsRequest Sample() {
  return {
      .topics = {{.name = "orders"}, {.topic_id = kSampleId}},
      .topic_names = {"orders", "b"},
      .timeout_ms = 30'000,
  };
}

template <>
DeleteTopicsResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .topics = {{"orders", kSampleId, ErrorCode::kTopicDeletionDisabled, "no"}, {.name = "b"}},
  };
}

template <>
CreatePartitionsRequest Sample() {
  CreatePartitionsRequest::Topic orders{.name = "orders", .count = 6};
  orders.assignments.emplace();
  orders.assignments->push_back({{1, 2}});
  orders.assignments->push_back({});
  return {
      .topics = {orders, {.name = "b", .count = 9}},
      .timeout_ms = 1000,
      .validate_only = true,
  };
}

template <>
CreatePartitionsResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .results = {{"orders", ErrorCode::kInvalidPartitions, "fewer"}, {.name = "b"}},
  };
}

template <>
DescribeClusterRequest Sample() {
  return {
      .include_cluster_authorized_operations = true,
      .endpoint_type = kControllerEndpoints,
      .include_fenced_brokers = true,
  };
}

template <>
DescribeClusterResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kMismatchedEndpointType,
      .error_message = "type",
      .endpoint_type = kControllerEndpoints,
      .cluster_id = "cid",
      .controller_id = 3,
      .brokers = {{1, "h1", 9092, "r1", true}, {2, "h2", 9093}},
      .cluster_authorized_operations = 0x0ff0,
  };
}

template <>
FindCoordinatorRequest Sample() {
  return {.key = "group", .key_type = kTransactionCoordinator, .coordinator_keys = {"k1", "k2"}};
}

template <>
FindCoordinatorResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kCoordinatorNotAvailable,
      .error_message = "why",
      .node_id = 3,
      .host = "h1",
      .port = 9092,
      .coordinators = {{"k1", 3, "h1", 9092, ErrorCode::kNone, std::nullopt},
                       {"k2", -1, "", -1, ErrorCode::kCoordinatorNotAvailable, "why"}},
  };
}

}  // namespace varve::wire
