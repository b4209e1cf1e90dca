#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Asks for a member's share of the work: answered once the leader has sent everybody's.
struct SyncGroupApi {
  static constexpr ApiKey kKey = ApiKey::kSyncGroup;
  static constexpr int kMin = 0, kMax = 5, kFirstFlexible = 4;
};

struct SyncGroupRequest {
  using Api = SyncGroupApi;

  struct Assignment {
    std::string_view member_id{};
    OpaqueBytes assignment{};

    bool operator==(const Assignment&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.member_id, self.assignment);
    }
  };

  std::string_view group_id{};
  int32_t generation_id = 0;
  std::string_view member_id{};
  std::optional<std::string_view> group_instance_id{};  // of a static member
  std::optional<std::string_view> protocol_type{};
  std::optional<std::string_view> protocol_name{};
  std::vector<Assignment> assignments{};  // from the leader; the others send none

  bool operator==(const SyncGroupRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id, self.generation_id, self.member_id);
    if (version >= 3) codec(self.group_instance_id);
    if (version >= 5) codec(self.protocol_type, self.protocol_name);
    codec(self.assignments);
  }
};

struct SyncGroupResponse {
  using Api = SyncGroupApi;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string_view> protocol_type{};
  std::optional<std::string_view> protocol_name{};
  OpaqueBytes assignment{};

  bool operator==(const SyncGroupResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    codec(self.error_code);
    if (version >= 5) codec(self.protocol_type, self.protocol_name);
    codec(self.assignment);
  }
};

}  // namespace varve::wire
