#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/net.h"
#include "engine/io/sim/world.h"
#include "server/wire/acls.h"
#include "server/wire/alter_configs.h"
#include "server/wire/api_versions.h"
#include "server/wire/client_quotas.h"
#include "server/wire/consumer_group_describe.h"
#include "server/wire/consumer_group_heartbeat.h"
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
#include "server/wire/offset_commit.h"
#include "server/wire/offset_delete.h"
#include "server/wire/offset_fetch.h"
#include "server/wire/offset_for_leader_epoch.h"
#include "server/wire/produce.h"
#include "server/wire/reassignments.h"
#include "server/wire/scram_credentials.h"
#include "server/wire/sync_group.h"

namespace varve::broker::test {

wire::ApiVersionsResponse ResponseTo(const wire::ApiVersionsRequest&);
wire::MetadataResponse ResponseTo(const wire::MetadataRequest&);
wire::ProduceResponse ResponseTo(const wire::ProduceRequest&);
wire::FetchResponse ResponseTo(const wire::FetchRequest&);
wire::ListOffsetsResponse ResponseTo(const wire::ListOffsetsRequest&);
wire::OffsetForLeaderEpochResponse ResponseTo(const wire::OffsetForLeaderEpochRequest&);
wire::CreateTopicsResponse ResponseTo(const wire::CreateTopicsRequest&);
wire::DeleteTopicsResponse ResponseTo(const wire::DeleteTopicsRequest&);
wire::CreatePartitionsResponse ResponseTo(const wire::CreatePartitionsRequest&);
wire::DescribeClusterResponse ResponseTo(const wire::DescribeClusterRequest&);
wire::FindCoordinatorResponse ResponseTo(const wire::FindCoordinatorRequest&);
wire::JoinGroupResponse ResponseTo(const wire::JoinGroupRequest&);
wire::SyncGroupResponse ResponseTo(const wire::SyncGroupRequest&);
wire::HeartbeatResponse ResponseTo(const wire::HeartbeatRequest&);
wire::LeaveGroupResponse ResponseTo(const wire::LeaveGroupRequest&);
wire::OffsetCommitResponse ResponseTo(const wire::OffsetCommitRequest&);
wire::OffsetFetchResponse ResponseTo(const wire::OffsetFetchRequest&);
wire::OffsetDeleteResponse ResponseTo(const wire::OffsetDeleteRequest&);
wire::DescribeGroupsResponse ResponseTo(const wire::DescribeGroupsRequest&);
wire::ListGroupsResponse ResponseTo(const wire::ListGroupsRequest&);
wire::DeleteGroupsResponse ResponseTo(const wire::DeleteGroupsRequest&);
wire::ConsumerGroupHeartbeatResponse ResponseTo(const wire::ConsumerGroupHeartbeatRequest&);
wire::ConsumerGroupDescribeResponse ResponseTo(const wire::ConsumerGroupDescribeRequest&);
wire::InitProducerIdResponse ResponseTo(const wire::InitProducerIdRequest&);
wire::DeleteRecordsResponse ResponseTo(const wire::DeleteRecordsRequest&);
wire::DescribeAclsResponse ResponseTo(const wire::DescribeAclsRequest&);
wire::CreateAclsResponse ResponseTo(const wire::CreateAclsRequest&);
wire::DeleteAclsResponse ResponseTo(const wire::DeleteAclsRequest&);
wire::DescribeLogDirsResponse ResponseTo(const wire::DescribeLogDirsRequest&);
wire::ElectLeadersResponse ResponseTo(const wire::ElectLeadersRequest&);
wire::AlterPartitionReassignmentsResponse ResponseTo(
    const wire::AlterPartitionReassignmentsRequest&);
wire::ListPartitionReassignmentsResponse ResponseTo(const wire::ListPartitionReassignmentsRequest&);
wire::DescribeClientQuotasResponse ResponseTo(const wire::DescribeClientQuotasRequest&);
wire::AlterClientQuotasResponse ResponseTo(const wire::AlterClientQuotasRequest&);
wire::DescribeUserScramCredentialsResponse ResponseTo(
    const wire::DescribeUserScramCredentialsRequest&);
wire::AlterUserScramCredentialsResponse ResponseTo(const wire::AlterUserScramCredentialsRequest&);
wire::DescribeProducersResponse ResponseTo(const wire::DescribeProducersRequest&);
wire::DescribeTopicPartitionsResponse ResponseTo(const wire::DescribeTopicPartitionsRequest&);
wire::DescribeConfigsResponse ResponseTo(const wire::DescribeConfigsRequest&);
wire::AlterConfigsResponse ResponseTo(const wire::AlterConfigsRequest&);
wire::IncrementalAlterConfigsResponse ResponseTo(const wire::IncrementalAlterConfigsRequest&);
wire::ListConfigResourcesResponse ResponseTo(const wire::ListConfigResourcesRequest&);
template <typename Request>
using ResponseOf = decltype(ResponseTo(std::declval<Request>()));

// A client on the simulated network: plain calls that drive the world until they are done.
//
//   client.Send(request, 12);                            // as many as one likes, then
//   auto answer = client.Receive<wire::FetchResponse>(12);
//   auto answer = client.Call(request, 12);              // or both at once
//
// Lifetime  Answers are views of frames that the client keeps.
class Client {
 public:
  Client(io::SimWorld& world, io::Loop& loop, std::unique_ptr<io::Stream> stream)
      : world_(world), loop_(loop), stream_(std::move(stream)) {}

  void SendBytes(Bytes bytes);
  // The next frame, without its size; an error once the broker has closed.
  absl::StatusOr<Bytes> ReceiveFrame();
  bool Closed() { return !ReceiveFrame().ok(); }

  template <typename Request>
  Buffer Frame(const Request& request, int version) {
    Buffer frame;
    const wire::RequestHeader header{Request::Api::kKey, static_cast<int16_t>(version),
                                     ++last_sent_, "test"};
    const absl::Status encoded = wire::EncodeRequest(header, request, frame);
    VARVE_CHECK(encoded.ok(), "{}", std::string(encoded.message()));
    return frame;
  }
  template <typename Request>
  void Send(const Request& request, int version) {
    SendBytes(Frame(request, version));
  }
  template <typename Response>
  absl::StatusOr<Response> TryReceive(int version) {
    const absl::StatusOr<Bytes> frame = ReceiveFrame();
    if (!frame.ok()) return frame.status();
    auto answer = wire::DecodeResponse<Response>(*frame, version);
    if (!answer.ok()) return answer.status();
    VARVE_CHECK(answer->correlation_id == ++last_received_, "answers come in order");
    return std::move(answer->body);
  }
  template <typename Response>
  Response Receive(int version) {
    auto response = TryReceive<Response>(version);
    VARVE_CHECK(response.ok(), "{}", response.status().ToString());
    return *std::move(response);
  }
  template <typename Request>
  ResponseOf<Request> Call(const Request& request, int version) {
    Send(request, version);
    return Receive<ResponseOf<Request>>(version);
  }
  // Whether an answer, or the end, is there already.
  bool Ready();
  // For a request without an answer.
  void ExpectNoAnswer() { ++last_received_; }

  io::Stream& stream() { return *stream_; }

 private:
  io::Task<absl::Status> Write(Bytes bytes);
  io::Task<absl::StatusOr<Buffer>> ReadFrame();
  io::Task<absl::Status> ReadFully(MutableBytes into);

  io::SimWorld& world_;
  io::Loop& loop_;
  std::unique_ptr<io::Stream> stream_;
  std::deque<Buffer> frames_;
  Buffer early_;  // bytes that Ready has read ahead
  int32_t last_sent_ = 0;
  int32_t last_received_ = 0;
};

}  // namespace varve::broker::test
