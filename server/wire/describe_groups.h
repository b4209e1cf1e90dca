#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"
#include "server/wire/operations.h"

namespace varve::wire {

struct DescribeGroupsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeGroups;
  static constexpr int kMin = 0, kMax = 6, kFirstFlexible = 5;
};

struct DescribeGroupsRequest {
  using Api = DescribeGroupsApi;

  std::vector<std::string_view> groups{};
  bool include_authorized_operations = false;

  bool operator==(const DescribeGroupsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.groups);
    if (version >= 3) codec(self.include_authorized_operations);
  }
};

struct DescribeGroupsResponse {
  using Api = DescribeGroupsApi;

  struct Member {
    std::string_view member_id{};
    std::optional<std::string_view> group_instance_id{};
    std::string_view client_id{};
    std::string_view client_host{};
    OpaqueBytes member_metadata{};    // what it joined with, once a protocol is chosen
    OpaqueBytes member_assignment{};  // what the leader gave it, while the group is stable

    bool operator==(const Member&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.member_id);
      if (version >= 4) codec(self.group_instance_id);
      codec(self.client_id, self.client_host, self.member_metadata, self.member_assignment);
    }
  };
  struct Group {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::string_view group_id{};
    std::string_view group_state{};
    std::string_view protocol_type{};
    std::string_view protocol_data{};  // the name of the protocol that was chosen
    std::vector<Member> members{};
    int32_t authorized_operations = kNoOperations;

    bool operator==(const Group&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.error_code);
      if (version >= 6) codec(self.error_message);
      codec(self.group_id, self.group_state, self.protocol_type, self.protocol_data, self.members);
      if (version >= 3) codec(self.authorized_operations);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups{};

  bool operator==(const DescribeGroupsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    codec(self.groups);
  }
};

}  // namespace varve::wire
