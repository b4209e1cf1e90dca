#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/server/broker/client.h"
#include "tests/server/broker/machine.h"

// The words that tests of groups of the newer protocol are told in.
namespace varve::broker::test {

// A member of group "g" that does what it is told.
class Consumer {
 public:
  Consumer(Machine& machine, std::string id, std::string topic = "t")
      : client_(&machine.Connect()), id_(std::move(id)), topic_(std::move(topic)) {}

  wire::ErrorCode Beat() {
    const auto response = client_->Call(Request(), 1);
    if (response.error_code != wire::ErrorCode::kNone) return response.error_code;
    EXPECT_EQ(response.member_id, id_);
    epoch_ = response.member_epoch;
    if (response.assignment) owned_ = response.assignment->topic_partitions;
    return wire::ErrorCode::kNone;
  }
  wire::ErrorCode Leave() {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id_;
    request.member_epoch = wire::kLeaveEpoch;
    return client_->Call(request, 1).error_code;
  }
  wire::ErrorCode Commit(int32_t partition, int64_t offset, int32_t epoch, int version = 9) {
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.generation_id_or_member_epoch = epoch;
    request.member_id = id_;
    auto& entry = request.topics.emplace_back();
    entry.name = topic_;
    entry.partitions.push_back({partition, offset, -1, "m"});
    return client_->Call(request, version).topics.at(0).partitions.at(0).error_code;
  }
  // As a member; -2: refused, and `error` tells why.
  int64_t Fetch(int32_t partition, int32_t epoch, wire::ErrorCode& error) {
    wire::OffsetFetchRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    group.member_id = id_;
    group.member_epoch = epoch;
    auto& asked = group.topics.emplace().emplace_back();
    asked.name = topic_;
    asked.partition_indexes.push_back(partition);
    const auto response = client_->Call(request, 9);
    error = response.groups.at(0).error_code;
    if (error != wire::ErrorCode::kNone) return -2;
    return response.groups[0].topics.at(0).partitions.at(0).committed_offset;
  }
  void Reconnect(Machine& machine) { client_ = &machine.Connect(); }

  size_t owned() const {
    size_t count = 0;
    for (const auto& topic : owned_) count += topic.partitions.size();
    return count;
  }
  int32_t epoch() const { return epoch_; }

 private:
  wire::ConsumerGroupHeartbeatRequest Request() const {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id_;
    request.member_epoch = epoch_;
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names.emplace().push_back(topic_);
    request.topic_partitions = owned_;
    return request;
  }

  Client* client_;
  std::string id_;
  std::string topic_;
  int32_t epoch_ = 0;
  std::vector<wire::ConsumerGroupHeartbeatPartitions> owned_;
};

// Until each has its share.
inline void SettleConsumers(const std::vector<Consumer*>& consumers) {
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    for (Consumer* each : consumers) EXPECT_EQ(each->Beat(), wire::ErrorCode::kNone);
  }
}

}  // namespace varve::broker::test
