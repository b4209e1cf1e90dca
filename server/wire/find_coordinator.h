#pragma once

#include <cstdint>
#include <string_view>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Which broker looks after a group.
struct FindCoordinatorApi {
  static constexpr ApiKey kKey = ApiKey::kFindCoordinator;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 3;
};

struct FindCoordinatorRequest {
  using Api = FindCoordinatorApi;

  std::string_view group{};

  bool operator==(const FindCoordinatorRequest&) const = default;
  static void Fields(auto& codec, auto& self, int) { codec(self.group); }
};

struct FindCoordinatorResponse {
  using Api = FindCoordinatorApi;

  ErrorCode error_code = ErrorCode::kNone;
  int32_t node_id = -1;
  std::string_view host{};
  int32_t port = -1;

  bool operator==(const FindCoordinatorResponse&) const = default;
  static void Fields(auto& codec, auto& self, int) {
    codec(self.error_code, self.node_id, self.host, self.port);
  }
};

}  // namespace varve::wire
