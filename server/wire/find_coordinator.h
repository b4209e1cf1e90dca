#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Which broker looks after a group or a transactional id; from version 4 on after several.
struct FindCoordinatorApi {
  static constexpr ApiKey kKey = ApiKey::kFindCoordinator;
  static constexpr int kMin = 0, kMax = 6, kFirstFlexible = 3;
};

// What a key is.
inline constexpr int8_t kGroupCoordinator = 0;
inline constexpr int8_t kTransactionCoordinator = 1;
inline constexpr int8_t kShareCoordinator = 2;  // from version 6 on

struct FindCoordinatorRequest {
  using Api = FindCoordinatorApi;

  std::string_view key{};                            // to version 3
  int8_t key_type = kGroupCoordinator;               // from version 1 on
  std::vector<std::string_view> coordinator_keys{};  // from version 4 on

  bool operator==(const FindCoordinatorRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version <= 3) codec(self.key);
    if (version >= 1) codec(self.key_type);
    if (version >= 4) codec(self.coordinator_keys);
  }
};

struct FindCoordinatorResponse {
  using Api = FindCoordinatorApi;

  struct Coordinator {
    std::string_view key{};
    int32_t node_id = -1;
    std::string_view host{};
    int32_t port = -1;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string_view> error_message{};

    bool operator==(const Coordinator&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.key, self.node_id, self.host, self.port, self.error_code, self.error_message);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;  // this and the next four: to version 3
  std::optional<std::string_view> error_message{};
  int32_t node_id = -1;
  std::string_view host{};
  int32_t port = -1;
  std::vector<Coordinator> coordinators{};  // from version 4 on

  bool operator==(const FindCoordinatorResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.throttle_time_ms);
    if (version <= 3) {
      codec(self.error_code);
      if (version >= 1) codec(self.error_message);
      codec(self.node_id, self.host, self.port);
    }
    if (version >= 4) codec(self.coordinators);
  }
};

}  // namespace varve::wire
