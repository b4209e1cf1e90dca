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
#include "server/wire/operations.h"

namespace varve::wire {

// Describes groups of the newer protocol; DescribeGroups is for the others.
struct ConsumerGroupDescribeApi {
  static constexpr ApiKey kKey = ApiKey::kConsumerGroupDescribe;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 0;
};

// By which protocol a member takes part; -1 if that is not known.
inline constexpr int8_t kClassicMember = 0;
inline constexpr int8_t kConsumerMember = 1;

struct ConsumerGroupDescribeRequest {
  using Api = ConsumerGroupDescribeApi;

  std::vector<std::string_view> group_ids{};
  bool include_authorized_operations = false;

  bool operator==(const ConsumerGroupDescribeRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.group_ids, self.include_authorized_operations);
  }
};

struct ConsumerGroupDescribeResponse {
  using Api = ConsumerGroupDescribeApi;

  struct TopicPartitions {
    Uuid topic_id{};
    std::string_view topic_name{};
    std::vector<int32_t> partitions{};

    bool operator==(const TopicPartitions&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.topic_id, self.topic_name, self.partitions);
    }
  };
  struct Assignment {
    std::vector<TopicPartitions> topic_partitions{};

    bool operator==(const Assignment&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topic_partitions); }
  };
  struct Member {
    std::string_view member_id{};
    std::optional<std::string_view> instance_id{};
    std::optional<std::string_view> rack_id{};
    int32_t member_epoch = 0;
    std::string_view client_id{};
    std::string_view client_host{};
    std::vector<std::string_view> subscribed_topic_names{};
    std::optional<std::string_view> subscribed_topic_regex{};
    Assignment assignment{};         // what it may read now
    Assignment target_assignment{};  // what it is to read in the end
    int8_t member_type = -1;

    bool operator==(const Member&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.member_id, self.instance_id, self.rack_id, self.member_epoch, self.client_id,
            self.client_host, self.subscribed_topic_names, self.subscribed_topic_regex,
            self.assignment, self.target_assignment);
      if (version >= 1) codec(self.member_type);
    }
  };
  struct Group {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::string_view group_id{};
    std::string_view group_state{};
    int32_t group_epoch = 0;
    int32_t assignment_epoch = 0;  // behind the group's until the partitions are shared out anew
    std::string_view assignor_name{};
    std::vector<Member> members{};
    int32_t authorized_operations = kNoOperations;

    bool operator==(const Group&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.error_message, self.group_id, self.group_state, self.group_epoch,
            self.assignment_epoch, self.assignor_name, self.members, self.authorized_operations);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups{};

  bool operator==(const ConsumerGroupDescribeResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.groups);
  }
};

}  // namespace varve::wire
