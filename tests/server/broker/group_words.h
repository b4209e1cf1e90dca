#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/server/broker/client.h"
#include "tests/server/broker/machine.h"

// The words that tests of groups are told in.
namespace varve::broker::test {

inline constexpr std::string_view kGroupsConfig =
    "offsets.topic.num.partitions=4\ngroup.initial.rebalance.delay.ms=100\n";
inline constexpr int kSessionMs = 10'000;

// Whoever asks for a coordinator makes __consumer_offsets.
wire::FindCoordinatorResponse::Coordinator FindCoordinator(Client& client, std::string_view group);

// A member of a group, on a connection of its own.
class Member {
 public:
  Member(Machine& machine, std::string group, std::string topic,
         std::optional<std::string> instance_id = std::nullopt)
      : client_(&machine.Connect()),
        group_(std::move(group)),
        subscription_(Subscription(topic)),
        instance_id_(std::move(instance_id)) {}

  // Asks to join; for an id first, if it has none.
  void SendJoin();
  wire::JoinGroupResponse ReceiveJoin();
  // The leader's gives each member "share of <id>".
  void SendSync();
  std::string ReceiveSync();  // the share
  wire::ErrorCode Heartbeat();
  wire::ErrorCode Leave();
  wire::ErrorCode Commit(std::string_view topic, int32_t partition, int64_t offset);
  // To a broker that was started again.
  void Reconnect(Machine& machine) { client_ = &machine.Connect(); }

  const std::string& id() const { return id_; }
  int32_t generation() const { return generation_; }
  bool leads() const { return leader_ == id_; }
  Client& client() { return *client_; }

 private:
  static Buffer Subscription(const std::string& topic);
  wire::JoinGroupRequest JoinRequest() const;

  Client* client_;
  std::string group_;
  Buffer subscription_;
  std::optional<std::string> instance_id_;
  std::string id_;
  std::string leader_;
  int32_t generation_ = -1;
  std::vector<std::string> members_;
};

// All of them join and sync; expects that they end up in one generation.
void Settle(std::vector<Member*> members);

struct Commit {
  std::string_view topic{};
  int32_t partition = 0;
  int64_t offset = 0;
  std::string_view metadata = "";
};
// By nobody in particular; the error of each.
std::vector<wire::ErrorCode> CommitOffsets(Client& client, std::string_view group,
                                           const std::vector<Commit>& commits, int version = 8);
// -1: none.
int64_t FetchOffset(Client& client, std::string_view group, std::string_view topic,
                    int32_t partition = 0);

wire::DescribeGroupsResponse DescribeGroup(Client& client, std::string_view group, int version = 5);
wire::ListGroupsResponse ListGroups(Client& client,
                                    const std::vector<std::string_view>& states = {});

// Waits until groups are loaded after a start.
void AwaitGroups(Machine& machine, std::string_view group);

}  // namespace varve::broker::test
