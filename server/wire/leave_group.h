#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Takes members out of a group: one of them, or from version 3 on a list.
struct LeaveGroupApi {
  static constexpr ApiKey kKey = ApiKey::kLeaveGroup;
  static constexpr int kMin = 0, kMax = 5, kFirstFlexible = 4;
};

struct LeaveGroupRequest {
  using Api = LeaveGroupApi;

  struct Member {
    std::string_view member_id{};  // empty: by the instance id
    std::optional<std::string_view> group_instance_id{};
    std::optional<std::string_view> reason{};

    bool operator==(const Member&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.member_id, self.group_instance_id);
      if (version >= 5) codec(self.reason);
    }
  };

  std::string_view group_id{};
  std::string_view member_id{};   // to version 2
  std::vector<Member> members{};  // from version 3 on

  bool operator==(const LeaveGroupRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id);
    if (version <= 2) codec(self.member_id);
    if (version >= 3) codec(self.members);
  }
};

struct LeaveGroupResponse {
  using Api = LeaveGroupApi;

  struct Member {
    std::string_view member_id{};
    std::optional<std::string_view> group_instance_id{};
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Member&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.member_id, self.group_instance_id, self.error_code);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;  // to version 2 also that of the member
  std::vector<Member> members{};            // from version 3 on

  bool operator==(const LeaveGroupResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    codec(self.error_code);
    if (version >= 3) codec(self.members);
  }
};

}  // namespace varve::wire
