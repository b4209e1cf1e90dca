#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Forgets groups that have no members, and their offsets.
struct DeleteGroupsApi {
  static constexpr ApiKey kKey = ApiKey::kDeleteGroups;
  static constexpr int kMin = 0, kMax = 2, kFirstFlexible = 2;
};

struct DeleteGroupsRequest {
  using Api = DeleteGroupsApi;

  std::vector<std::string_view> groups_names{};

  bool operator==(const DeleteGroupsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.groups_names); }
};

struct DeleteGroupsResponse {
  using Api = DeleteGroupsApi;

  struct Result {
    std::string_view group_id{};
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.group_id, self.error_code);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};

  bool operator==(const DeleteGroupsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.results);
  }
};

}  // namespace varve::wire
