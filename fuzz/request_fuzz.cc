// Whatever a connection may receive, as a broker and as a client: a request, a response, a record
// of the metadata log. Nothing is read past its end, and what decodes can be encoded and decodes
// to the same again.

#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "server/wire/acls.h"
#include "server/wire/alter_configs.h"
#include "server/wire/api_versions.h"
#include "server/wire/client_quotas.h"
#include "server/wire/consumer_group_describe.h"
#include "server/wire/consumer_group_heartbeat.h"
#include "server/wire/control_records.h"
#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_groups.h"
#include "server/wire/delete_records.h"
#include "server/wire/delete_topics.h"
#include "server/wire/describe_cluster.h"
#include "server/wire/describe_configs.h"
#include "server/wire/describe_groups.h"
#include "server/wire/describe_log_dirs.h"
#include "server/wire/describe_producers.h"
#include "server/wire/describe_topic_partitions.h"
#include "server/wire/elect_leaders.h"
#include "server/wire/fetch.h"
#include "server/wire/find_coordinator.h"
#include "server/wire/heartbeat.h"
#include "server/wire/init_producer_id.h"
#include "server/wire/join_group.h"
#include "server/wire/leave_group.h"
#include "server/wire/list_config_resources.h"
#include "server/wire/list_groups.h"
#include "server/wire/list_offsets.h"
#include "server/wire/message.h"
#include "server/wire/metadata.h"
#include "server/wire/metadata_log.h"
#include "server/wire/offset_commit.h"
#include "server/wire/offset_delete.h"
#include "server/wire/offset_fetch.h"
#include "server/wire/offset_for_leader_epoch.h"
#include "server/wire/produce.h"
#include "server/wire/reassignments.h"
#include "server/wire/scram_credentials.h"
#include "server/wire/sync_group.h"
#include "server/wire/telemetry.h"

namespace varve::wire {
namespace {

template <typename Message>
void ExpectTheSameAgain(const Message& message, int version) {
  Buffer bytes;
  Writer writer(bytes);
  EncodeBody(message, version, writer);
  VARVE_CHECK(writer.status().ok());
  Reader reader = Reader::OverMutable(bytes);
  const auto again = DecodeBody<Message>(reader, version);
  VARVE_CHECK(again.ok(), "{}", std::string(again.status().message()));
  // Not the messages: a number may be none, which equals nothing.
  Buffer bytes_again;
  Writer writer_again(bytes_again);
  EncodeBody(*again, version, writer_again);
  VARVE_CHECK(bytes_again == bytes);
  VARVE_CHECK(reader.rest().empty());
}

// Decodes the body if it is this message's.
template <typename Message>
bool TryBody(ApiKey key, int version, Reader& reader) {
  if (Message::Api::kKey != key) return false;
  const auto message = DecodeBody<Message>(reader, version);
  if (message.ok()) ExpectTheSameAgain(*message, version);
  return true;
}

template <typename... Messages>
void Body(ApiKey key, int version, Reader& reader) {
  (void)(TryBody<Messages>(key, version, reader) || ...);
}

void Request(MutableBytes frame) {
  Reader reader = Reader::OverMutable(frame);
  const auto header = ReadRequestHeader(reader);
  if (!header.ok()) return;
  Body<ApiVersionsRequest, MetadataRequest, ProduceRequest, FetchRequest, ListOffsetsRequest,
       OffsetForLeaderEpochRequest, CreateTopicsRequest, DeleteTopicsRequest,
       CreatePartitionsRequest, DescribeClusterRequest, FindCoordinatorRequest, JoinGroupRequest,
       SyncGroupRequest, HeartbeatRequest, LeaveGroupRequest, OffsetCommitRequest,
       OffsetFetchRequest, OffsetDeleteRequest, DescribeGroupsRequest, ListGroupsRequest,
       DeleteGroupsRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupDescribeRequest,
       InitProducerIdRequest, DescribeConfigsRequest, AlterConfigsRequest,
       IncrementalAlterConfigsRequest, DeleteRecordsRequest, DescribeLogDirsRequest,
       DescribeProducersRequest, DescribeTopicPartitionsRequest, ElectLeadersRequest,
       AlterPartitionReassignmentsRequest, ListPartitionReassignmentsRequest,
       DescribeUserScramCredentialsRequest, AlterUserScramCredentialsRequest, DescribeAclsRequest,
       CreateAclsRequest, DeleteAclsRequest, DescribeClientQuotasRequest, AlterClientQuotasRequest,
       GetTelemetrySubscriptionsRequest, PushTelemetryRequest, ListConfigResourcesRequest>(
      header->api_key, header->api_version, reader);
}

// The first two bytes stand for the request that is answered.
void Response(Bytes bytes) {
  if (bytes.size() < 2) return;
  const auto key = static_cast<ApiKey>(bytes[0]);
  const int version = static_cast<int>(bytes[1]);
  Reader reader(bytes.subspan(2));
  if (!ReadResponseHeader(key, version, reader).ok()) return;
  Body<ApiVersionsResponse, MetadataResponse, ProduceResponse, FetchResponse, ListOffsetsResponse,
       OffsetForLeaderEpochResponse, CreateTopicsResponse, DeleteTopicsResponse,
       CreatePartitionsResponse, DescribeClusterResponse, FindCoordinatorResponse,
       JoinGroupResponse, SyncGroupResponse, HeartbeatResponse, LeaveGroupResponse,
       OffsetCommitResponse, OffsetFetchResponse, OffsetDeleteResponse, DescribeGroupsResponse,
       ListGroupsResponse, DeleteGroupsResponse, ConsumerGroupHeartbeatResponse,
       ConsumerGroupDescribeResponse, InitProducerIdResponse, DescribeConfigsResponse,
       AlterConfigsResponse, IncrementalAlterConfigsResponse, DeleteRecordsResponse,
       DescribeLogDirsResponse, DescribeProducersResponse, DescribeTopicPartitionsResponse,
       ElectLeadersResponse, AlterPartitionReassignmentsResponse,
       ListPartitionReassignmentsResponse, DescribeUserScramCredentialsResponse,
       AlterUserScramCredentialsResponse, DescribeAclsResponse, CreateAclsResponse,
       DeleteAclsResponse, DescribeClientQuotasResponse, AlterClientQuotasResponse,
       GetTelemetrySubscriptionsResponse, PushTelemetryResponse, ListConfigResourcesResponse>(
      key, version, reader);
}

void LogRecord(Bytes value) {
  (void)DecodeMetadataRecord(value);
  (void)DecodeControlRecord<LeaderChangeMessage>(value);
  (void)DecodeControlRecord<VotersRecord>(value);
}

}  // namespace
}  // namespace varve::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  varve::Buffer bytes(begin + 1, begin + size);
  switch (data[0] % 3) {
    case 0:
      varve::wire::Request(bytes);
      break;
    case 1:
      varve::wire::Response(bytes);
      break;
    default:
      varve::wire::LogRecord(bytes);
  }
  return 0;
}
