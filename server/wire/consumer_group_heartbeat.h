#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// All that a member of a group of the newer protocol says and hears: it joins, stays, learns of
// its partitions and leaves by heartbeats.
struct ConsumerGroupHeartbeatApi {
  static constexpr ApiKey kKey = ApiKey::kConsumerGroupHeartbeat;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 0;
};

// Stand in for the epoch of a member.
inline constexpr int32_t kJoinEpoch = 0;
inline constexpr int32_t kLeaveEpoch = -1;
inline constexpr int32_t kLeaveForAWhileEpoch = -2;  // a static member that will be back

struct ConsumerGroupHeartbeatPartitions {
  Uuid topic_id{};
  std::vector<int32_t> partitions{};

  bool operator==(const ConsumerGroupHeartbeatPartitions&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topic_id, self.partitions);
  }
};

struct ConsumerGroupHeartbeatRequest {
  using Api = ConsumerGroupHeartbeatApi;
  using TopicPartitions = ConsumerGroupHeartbeatPartitions;

  std::string_view group_id{};
  std::string_view member_id{};  // of the client's own making from version 1 on
  int32_t member_epoch = 0;
  // Null, or -1, in all that follow: not given, or as in the last heartbeat.
  std::optional<std::string_view> instance_id{};
  std::optional<std::string_view> rack_id{};
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string_view>> subscribed_topic_names{};
  std::optional<std::string_view> subscribed_topic_regex{};
  std::optional<std::string_view> server_assignor{};
  std::optional<std::vector<TopicPartitions>> topic_partitions{};  // that the member owns

  bool operator==(const ConsumerGroupHeartbeatRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id, self.member_id, self.member_epoch, self.instance_id, self.rack_id,
          self.rebalance_timeout_ms, self.subscribed_topic_names);
    if (version >= 1) codec(self.subscribed_topic_regex);
    codec(self.server_assignor, self.topic_partitions);
  }
};

// Outside of the response, whose optional member needs to know now how to construct one.
struct ConsumerGroupHeartbeatAssignment {
  std::vector<ConsumerGroupHeartbeatPartitions> topic_partitions{};

  bool operator==(const ConsumerGroupHeartbeatAssignment&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topic_partitions); }
};

struct ConsumerGroupHeartbeatResponse {
  using Api = ConsumerGroupHeartbeatApi;
  using TopicPartitions = ConsumerGroupHeartbeatPartitions;
  using Assignment = ConsumerGroupHeartbeatAssignment;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::optional<std::string_view> member_id{};
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment{};  // null: as in the last answer

  bool operator==(const ConsumerGroupHeartbeatResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.error_message, self.member_id,
          self.member_epoch, self.heartbeat_interval_ms, self.assignment);
  }
};

}  // namespace varve::wire
