#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Enters a group, or another generation of it: answered once all of its members have joined.
struct JoinGroupApi {
  static constexpr ApiKey kKey = ApiKey::kJoinGroup;
  static constexpr int kMin = 0, kMax = 9, kFirstFlexible = 6;
};

struct JoinGroupRequest {
  using Api = JoinGroupApi;

  // A way to share the work that the member knows, and what the leader must hear for it.
  struct Protocol {
    std::string_view name{};
    OpaqueBytes metadata{};

    bool operator==(const Protocol&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.metadata);
    }
  };

  std::string_view group_id{};
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = -1;  // unknown in version 0: the session timeout serves for it
  std::string_view member_id{};       // empty: not a member yet
  std::optional<std::string_view> group_instance_id{};  // of a static member
  std::string_view protocol_type{};
  std::vector<Protocol> protocols{};  // the preferred one first
  std::optional<std::string_view> reason{};

  bool operator==(const JoinGroupRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id, self.session_timeout_ms);
    if (version >= 1) codec(self.rebalance_timeout_ms);
    codec(self.member_id);
    if (version >= 5) codec(self.group_instance_id);
    codec(self.protocol_type, self.protocols);
    if (version >= 8) codec(self.reason);
  }
};

struct JoinGroupResponse {
  using Api = JoinGroupApi;

  struct Member {
    std::string_view member_id{};
    std::optional<std::string_view> group_instance_id{};
    OpaqueBytes metadata{};  // of the protocol that was chosen

    bool operator==(const Member&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.member_id);
      if (version >= 5) codec(self.group_instance_id);
      codec(self.metadata);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  int32_t generation_id = -1;
  std::optional<std::string_view> protocol_type{};
  std::optional<std::string_view> protocol_name{};  // null beside an error; before version 7 empty
  std::string_view leader{};                        // its member id
  bool skip_assignment = false;  // the leader is told who is there, but has nothing to assign
  std::string_view member_id{};
  std::vector<Member> members{};  // for the leader; the others get none

  bool operator==(const JoinGroupResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 2) codec(self.throttle_time_ms);
    codec(self.error_code, self.generation_id);
    if (version >= 7) codec(self.protocol_type);
    codec.NullableFrom(7, self.protocol_name);
    codec(self.leader);
    if (version >= 9) codec(self.skip_assignment);
    codec(self.member_id, self.members);
  }
};

}  // namespace varve::wire
