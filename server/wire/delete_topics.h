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

namespace varve::wire {

struct DeleteTopicsApi {
  static constexpr ApiKey kKey = ApiKey::kDeleteTopics;
  static constexpr int kMin = 1, kMax = 6, kFirstFlexible = 4;
};

struct DeleteTopicsRequest {
  using Api = DeleteTopicsApi;

  // By name, or by id if the name is null.
  struct Topic {
    std::optional<std::string_view> name{};
    Uuid topic_id{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.topic_id);
    }
  };

  std::vector<Topic> topics{};                  // from version 6 on
  std::vector<std::string_view> topic_names{};  // to version 5
  int32_t timeout_ms = 0;

  bool operator==(const DeleteTopicsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 6) codec(self.topics);
    if (version <= 5) codec(self.topic_names);
    codec(self.timeout_ms);
  }
};

struct DeleteTopicsResponse {
  using Api = DeleteTopicsApi;

  struct Topic {
    std::optional<std::string_view> name{};
    Uuid topic_id{};
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec.NullableFrom(6, self.name);
      if (version >= 6) codec(self.topic_id);
      codec(self.error_code);
      if (version >= 5) codec(self.error_message);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const DeleteTopicsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
