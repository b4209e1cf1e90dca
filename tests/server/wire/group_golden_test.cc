#include "tests/server/wire/golden_messages.h"
#include "tests/server/wire/group_messages.h"

namespace varve::wire {
namespace {

TEST(GoldenGroups, JoinGroup) {
  ExpectGolden<JoinGroupRequest>("JoinGroupRequest");
  ExpectGolden<JoinGroupResponse>("JoinGroupResponse");
}

TEST(GoldenGroups, SyncGroup) {
  ExpectGolden<SyncGroupRequest>("SyncGroupRequest");
  ExpectGolden<SyncGroupResponse>("SyncGroupResponse");
}

TEST(GoldenGroups, Heartbeat) {
  ExpectGolden<HeartbeatRequest>("HeartbeatRequest");
  ExpectGolden<HeartbeatResponse>("HeartbeatResponse");
}

TEST(GoldenGroups, LeaveGroup) {
  ExpectGolden<LeaveGroupRequest>("LeaveGroupRequest");
  ExpectGolden<LeaveGroupResponse>("LeaveGroupResponse");
}

TEST(GoldenGroups, OffsetCommit) {
  ExpectGolden<OffsetCommitRequest>("OffsetCommitRequest");
  ExpectGolden<OffsetCommitResponse>("OffsetCommitResponse");
}

TEST(GoldenGroups, OffsetFetch) {
  ExpectGolden<OffsetFetchRequest>("OffsetFetchRequest");
  ExpectGolden<OffsetFetchResponse>("OffsetFetchResponse");
}

TEST(GoldenGroups, OffsetDelete) {
  ExpectGolden<OffsetDeleteRequest>("OffsetDeleteRequest");
  ExpectGolden<OffsetDeleteResponse>("OffsetDeleteResponse");
}

TEST(GoldenGroups, DescribeGroups) {
  ExpectGolden<DescribeGroupsRequest>("DescribeGroupsRequest");
  ExpectGolden<DescribeGroupsResponse>("DescribeGroupsResponse");
}

TEST(GoldenGroups, ListGroups) {
  ExpectGolden<ListGroupsRequest>("ListGroupsRequest");
  ExpectGolden<ListGroupsResponse>("ListGroupsResponse");
}

TEST(GoldenGroups, DeleteGroups) {
  ExpectGolden<DeleteGroupsRequest>("DeleteGroupsRequest");
  ExpectGolden<DeleteGroupsResponse>("DeleteGroupsResponse");
}

TEST(GoldenGroups, ConsumerGroupHeartbeat) {
  ExpectGolden<ConsumerGroupHeartbeatRequest>("ConsumerGroupHeartbeatRequest");
  ExpectGolden<ConsumerGroupHeartbeatResponse>("ConsumerGroupHeartbeatResponse");
}

TEST(GoldenGroups, ConsumerGroupDescribe) {
  ExpectGolden<ConsumerGroupDescribeRequest>("ConsumerGroupDescribeRequest");
  ExpectGolden<ConsumerGroupDescribeResponse>("ConsumerGroupDescribeResponse");
}

TEST(GoldenGroups, InitProducerId) {
  ExpectGolden<InitProducerIdRequest>("InitProducerIdRequest");
  ExpectGolden<InitProducerIdResponse>("InitProducerIdResponse");
}

}  // namespace
}  // namespace varve::wire
