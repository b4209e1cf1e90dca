#include "tests/server/broker/group_words.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/server/wire/hex.h"

namespace varve::broker::test {

using wire::ErrorCode;

namespace {

constexpr int kJoinVersion = 7;
constexpr int kSyncVersion = 5;
constexpr int kHeartbeatVersion = 4;

}  // namespace

wire::FindCoordinatorResponse::Coordinator FindCoordinator(Client& client, std::string_view group) {
  wire::FindCoordinatorRequest request;
  request.coordinator_keys.push_back(group);
  return client.Call(request, 4).coordinators.at(0);
}

Buffer Member::Subscription(const std::string& topic) {
  Buffer bytes = wire::FromHex("0001 00000001 00");
  bytes.push_back(static_cast<std::byte>(topic.size()));
  Append(bytes, AsBytes(topic));
  Append(bytes, wire::FromHex("ffffffff 00000000"));
  return bytes;
}

wire::JoinGroupRequest Member::JoinRequest() const {
  wire::JoinGroupRequest request;
  request.group_id = group_;
  request.session_timeout_ms = kSessionMs;
  request.rebalance_timeout_ms = 60'000;
  request.member_id = id_;
  if (instance_id_) request.group_instance_id = *instance_id_;
  request.protocol_type = "consumer";
  request.protocols.push_back({"range", {subscription_}});
  return request;
}

void Member::SendJoin() {
  if (id_.empty() && !instance_id_) {
    const auto first = client_->Call(JoinRequest(), kJoinVersion);
    EXPECT_EQ(first.error_code, ErrorCode::kMemberIdRequired);
    id_ = first.member_id;
  }
  client_->Send(JoinRequest(), kJoinVersion);
}

wire::JoinGroupResponse Member::ReceiveJoin() {
  auto response = client_->Receive<wire::JoinGroupResponse>(kJoinVersion);
  if (response.error_code != ErrorCode::kNone) return response;
  id_ = response.member_id;
  leader_ = response.leader;
  generation_ = response.generation_id;
  members_.clear();
  for (const auto& member : response.members) members_.emplace_back(member.member_id);
  return response;
}

void Member::SendSync() {
  wire::SyncGroupRequest request;
  request.group_id = group_;
  request.generation_id = generation_;
  request.member_id = id_;
  if (instance_id_) request.group_instance_id = *instance_id_;
  request.protocol_type = "consumer";
  request.protocol_name = "range";
  std::vector<std::string> shares;
  shares.reserve(members_.size());
  for (const std::string& member : members_) {
    shares.push_back("share of " + member);
    request.assignments.push_back({member, {AsBytes(shares.back())}});
  }
  client_->Send(request, kSyncVersion);
}

std::string Member::ReceiveSync() {
  const auto response = client_->Receive<wire::SyncGroupResponse>(kSyncVersion);
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  return std::string(AsText(response.assignment.bytes));
}

ErrorCode Member::Heartbeat() {
  wire::HeartbeatRequest request;
  request.group_id = group_;
  request.generation_id = generation_;
  request.member_id = id_;
  if (instance_id_) request.group_instance_id = *instance_id_;
  return client_->Call(request, kHeartbeatVersion).error_code;
}

ErrorCode Member::Leave() {
  wire::LeaveGroupRequest request;
  request.group_id = group_;
  request.members.push_back({id_, std::nullopt, std::nullopt});
  const auto response = client_->Call(request, 4);
  return response.error_code != ErrorCode::kNone ? response.error_code
                                                 : response.members.at(0).error_code;
}

ErrorCode Member::Commit(std::string_view topic, int32_t partition, int64_t offset) {
  wire::OffsetCommitRequest request;
  request.group_id = group_;
  request.generation_id_or_member_epoch = generation_;
  request.member_id = id_;
  if (instance_id_) request.group_instance_id = *instance_id_;
  auto& entry = request.topics.emplace_back();
  entry.name = topic;
  entry.partitions.push_back({partition, offset, -1, "m"});
  return client_->Call(request, 8).topics.at(0).partitions.at(0).error_code;
}

void Settle(std::vector<Member*> members) {
  for (Member* member : members) member->SendJoin();
  for (Member* member : members) EXPECT_EQ(member->ReceiveJoin().error_code, ErrorCode::kNone);
  for (Member* member : members) member->SendSync();
  for (Member* member : members) EXPECT_EQ(member->ReceiveSync(), "share of " + member->id());
  for (Member* member : members) EXPECT_EQ(member->generation(), members[0]->generation());
}

std::vector<ErrorCode> CommitOffsets(Client& client, std::string_view group,
                                     const std::vector<Commit>& commits, int version) {
  wire::OffsetCommitRequest request;
  request.group_id = group;
  for (const Commit& each : commits) {
    auto& topic = request.topics.emplace_back();
    topic.name = each.topic;
    topic.partitions.push_back({each.partition, each.offset, 0, each.metadata});
  }
  const auto response = client.Call(request, version);
  std::vector<ErrorCode> errors;
  for (const auto& topic : response.topics) errors.push_back(topic.partitions.at(0).error_code);
  return errors;
}

int64_t FetchOffset(Client& client, std::string_view group, std::string_view topic,
                    int32_t partition) {
  wire::OffsetFetchRequest request;
  request.group_id = group;
  auto& asked = request.topics.emplace().emplace_back();
  asked.name = topic;
  asked.partition_indexes.push_back(partition);
  const auto response = client.Call(request, 7);
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  if (response.error_code != ErrorCode::kNone) return -2;
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  return response.topics[0].partitions[0].committed_offset;
}

wire::DescribeGroupsResponse DescribeGroup(Client& client, std::string_view group, int version) {
  wire::DescribeGroupsRequest request;
  request.groups.push_back(group);
  return client.Call(request, version);
}

wire::ListGroupsResponse ListGroups(Client& client, const std::vector<std::string_view>& states) {
  wire::ListGroupsRequest request;
  request.states_filter = states;
  return client.Call(request, 5);
}

void AwaitGroups(Machine& machine, std::string_view group) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    const auto described = DescribeGroup(machine.client(), group);
    if (described.groups.at(0).error_code != ErrorCode::kCoordinatorLoadInProgress) return;
    machine.RunFor(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "groups are still loading";
}

}  // namespace varve::broker::test
