#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Says that a member is alive; hears whether the group is about to share the work anew.
struct HeartbeatApi {
  static constexpr ApiKey kKey = ApiKey::kHeartbeat;
  static constexpr int kMin = 0, kMax = 4, kFirstFlexible = 4;
};

struct HeartbeatRequest {
  using Api = HeartbeatApi;

  std::string_view group_id{};
  int32_t generation_id = 0;
  std::string_view member_id{};
  std::optional<std::string_view> group_instance_id{};  // of a static member

  bool operator==(const HeartbeatRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id, self.generation_id, self.member_id);
    if (version >= 3) codec(self.group_instance_id);
  }
};

struct HeartbeatResponse {
  using Api = HeartbeatApi;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const HeartbeatResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    codec(self.error_code);
  }
};

}  // namespace varve::wire
