#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// The groups that one broker looks after.
struct ListGroupsApi {
  static constexpr ApiKey kKey = ApiKey::kListGroups;
  static constexpr int kMin = 0, kMax = 5, kFirstFlexible = 3;
};

struct ListGroupsRequest {
  using Api = ListGroupsApi;

  // Empty: all of them.
  std::vector<std::string_view> states_filter{};
  std::vector<std::string_view> types_filter{};

  bool operator==(const ListGroupsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 4) codec(self.states_filter);
    if (version >= 5) codec(self.types_filter);
  }
};

struct ListGroupsResponse {
  using Api = ListGroupsApi;

  struct Group {
    std::string_view group_id{};
    std::string_view protocol_type{};
    std::string_view group_state{};
    std::string_view group_type{};

    bool operator==(const Group&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.group_id, self.protocol_type);
      if (version >= 4) codec(self.group_state);
      if (version >= 5) codec(self.group_type);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Group> groups{};

  bool operator==(const ListGroupsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    codec(self.error_code, self.groups);
  }
};

}  // namespace varve::wire
