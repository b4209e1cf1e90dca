#include "tests/server/wire/group_messages.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {
namespace {

constexpr int32_t kSampleOperations = 0x0148;

}  // namespace

template <>
JoinGroupRequest Sample() {
  return {
      .group_id = "group",
      .session_timeout_ms = 10'000,
      .rebalance_timeout_ms = 60'000,
      .member_id = "m-1",
      .group_instance_id = "i-1",
      .protocol_type = "consumer",
      .protocols = {{"range", Opaque("sub")}, {.name = "rr"}},
      .reason = "why",
  };
}

template <>
JoinGroupResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kRebalanceInProgress,
      .generation_id = 5,
      .protocol_type = "consumer",
      .protocol_name = "range",
      .leader = "m-1",
      .skip_assignment = true,
      .member_id = "m-2",
      .members = {{"m-1", "i-1", Opaque("sub")}, {.member_id = "m-2"}},
  };
}

template <>
SyncGroupRequest Sample() {
  return {
      .group_id = "group",
      .generation_id = 5,
      .member_id = "m-1",
      .group_instance_id = "i-1",
      .protocol_type = "consumer",
      .protocol_name = "range",
      .assignments = {{"m-1", Opaque("part")}, {.member_id = "m-2"}},
  };
}

template <>
SyncGroupResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kUnknownMemberId,
      .protocol_type = "consumer",
      .protocol_name = "range",
      .assignment = Opaque("part"),
  };
}

template <>
HeartbeatRequest Sample() {
  return {.group_id = "group", .generation_id = 5, .member_id = "m-1", .group_instance_id = "i-1"};
}

template <>
HeartbeatResponse Sample() {
  return {.throttle_time_ms = 4, .error_code = ErrorCode::kRebalanceInProgress};
}

template <>
LeaveGroupRequest Sample() {
  return {
      .group_id = "group",
      .member_id = "m-3",
      .members = {{"m-1", "i-1", "why"}, {.member_id = "m-2"}},
  };
}

template <>
LeaveGroupResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kNotCoordinator,
      .members = {{"m-1", "i-1", ErrorCode::kFencedInstanceId}, {.member_id = "m-2"}},
  };
}

template <>
OffsetCommitRequest Sample() {
  const OffsetCommitRequest::Partition partition{
      .index = 3,
      .committed_offset = 1000,
      .committed_leader_epoch = 7,
      .committed_metadata = "note",
  };
  return {
      .group_id = "group",
      .generation_id_or_member_epoch = 5,
      .member_id = "m-1",
      .group_instance_id = "i-1",
      .retention_time_ms = 86'400'000,
      .topics = {{"orders", kSampleId, {partition, {.index = 4}}}, {.name = "b"}},
  };
}

template <>
OffsetCommitResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .topics = {{"orders", kSampleId, {{3, ErrorCode::kOffsetMetadataTooLarge}, {.index = 4}}},
                 {.name = "b"}},
  };
}

template <>
OffsetFetchRequest Sample() {
  OffsetFetchRequest::Group group{.group_id = "group", .member_id = "m-1", .member_epoch = 6};
  group.topics = {{"orders", kSampleId, {3, 4}}, {.name = "b"}};
  OffsetFetchRequest request{
      .group_id = "old",
      .groups = {group, {.group_id = "g2"}},
      .require_stable = true,
  };
  request.topics = {{.name = "logs", .partition_indexes = {1, 2}}, {.name = "b"}};
  return request;
}

template <>
OffsetFetchResponse Sample() {
  const OffsetFetchResponse::Partition partition{
      .index = 3,
      .committed_offset = 1000,
      .committed_leader_epoch = 7,
      .metadata = "note",
      .error_code = ErrorCode::kUnstableOffsetCommit,
  };
  const OffsetFetchResponse::Group group{
      .group_id = "group",
      .topics = {{"orders", kSampleId, {partition, {.index = 4}}}, {.name = "b"}},
      .error_code = ErrorCode::kUnknownMemberId,
  };
  return {
      .throttle_time_ms = 4,
      .topics = {{.name = "logs", .partitions = {partition, {.index = 4}}}, {.name = "b"}},
      .error_code = ErrorCode::kCoordinatorLoadInProgress,
      .groups = {group, {.group_id = "g2"}},
  };
}

template <>
OffsetDeleteRequest Sample() {
  return {.group_id = "group", .topics = {{"orders", {3, 4}}, {.name = "b"}}};
}

template <>
OffsetDeleteResponse Sample() {
  return {
      .error_code = ErrorCode::kNonEmptyGroup,
      .throttle_time_ms = 4,
      .topics = {{"orders", {{3, ErrorCode::kGroupSubscribedToTopic}, {.index = 4}}},
                 {.name = "b"}},
  };
}

template <>
DescribeGroupsRequest Sample() {
  return {.groups = {"group", "g2"}, .include_authorized_operations = true};
}

template <>
DescribeGroupsResponse Sample() {
  const DescribeGroupsResponse::Member member{
      .member_id = "m-1",
      .group_instance_id = "i-1",
      .client_id = "c",
      .client_host = "/h1",
      .member_metadata = Opaque("sub"),
      .member_assignment = Opaque("part"),
  };
  const DescribeGroupsResponse::Group group{
      .error_code = ErrorCode::kGroupIdNotFound,
      .error_message = "none",
      .group_id = "group",
      .group_state = "Stable",
      .protocol_type = "consumer",
      .protocol_data = "range",
      .members = {member, {.member_id = "m-2"}},
      .authorized_operations = kSampleOperations,
  };
  return {.throttle_time_ms = 4, .groups = {group, {.group_id = "g2"}}};
}

template <>
ListGroupsRequest Sample() {
  return {.states_filter = {"Stable", "Empty"}, .types_filter = {"classic"}};
}

template <>
ListGroupsResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kCoordinatorLoadInProgress,
      .groups = {{"group", "consumer", "Stable", "classic"}, {.group_id = "g2"}},
  };
}

template <>
DeleteGroupsRequest Sample() {
  return {.groups_names = {"group", "g2"}};
}

template <>
DeleteGroupsResponse Sample() {
  return {.throttle_time_ms = 4,
          .results = {{"group", ErrorCode::kNonEmptyGroup}, {.group_id = "g2"}}};
}

template <>
ConsumerGroupHeartbeatRequest Sample() {
  ConsumerGroupHeartbeatRequest request{
      .group_id = "group",
      .member_id = "m-1",
      .member_epoch = 6,
      .instance_id = "i-1",
      .rack_id = "r1",
      .rebalance_timeout_ms = 60'000,
      .subscribed_topic_regex = "o.*",
      .server_assignor = "uniform",
  };
  request.subscribed_topic_names = {"orders", "b"};
  request.topic_partitions = {{kSampleId, {3, 4}}, {kOtherSampleId, {}}};
  return request;
}

template <>
ConsumerGroupHeartbeatResponse Sample() {
  ConsumerGroupHeartbeatResponse response{
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kFencedMemberEpoch,
      .error_message = "fenced",
      .member_id = "m-1",
      .member_epoch = 6,
      .heartbeat_interval_ms = 5000,
  };
  response.assignment.emplace().topic_partitions = {{kSampleId, {3, 4}}, {kOtherSampleId, {}}};
  return response;
}

template <>
ConsumerGroupDescribeRequest Sample() {
  return {.group_ids = {"group", "g2"}, .include_authorized_operations = true};
}

template <>
ConsumerGroupDescribeResponse Sample() {
  const ConsumerGroupDescribeResponse::Member member{
      .member_id = "m-1",
      .instance_id = "i-1",
      .rack_id = "r1",
      .member_epoch = 6,
      .client_id = "c",
      .client_host = "/h1",
      .subscribed_topic_names = {"orders", "b"},
      .subscribed_topic_regex = "o.*",
      .assignment = {{{kSampleId, "orders", {3, 4}}}},
      .target_assignment = {{{kOtherSampleId, "b", {5}}}},
      .member_type = kConsumerMember,
  };
  const ConsumerGroupDescribeResponse::Group group{
      .error_code = ErrorCode::kGroupIdNotFound,
      .error_message = "none",
      .group_id = "group",
      .group_state = "Stable",
      .group_epoch = 8,
      .assignment_epoch = 7,
      .assignor_name = "uniform",
      .members = {member, {.member_id = "m-2"}},
      .authorized_operations = kSampleOperations,
  };
  return {.throttle_time_ms = 4, .groups = {group, {.group_id = "g2"}}};
}

template <>
InitProducerIdRequest Sample() {
  return {
      .transactional_id = "tx",
      .transaction_timeout_ms = 60'000,
      .producer_id = 0x1234567890,
      .producer_epoch = 9,
  };
}

template <>
InitProducerIdResponse Sample() {
  return {
      .throttle_time_ms = 4,
      .error_code = ErrorCode::kProducerFenced,
      .producer_id = 0x1234567890,
      .producer_epoch = 10,
  };
}

}  // namespace varve::wire
