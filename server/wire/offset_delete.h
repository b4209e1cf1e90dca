#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Forgets how far a group has read topics that it no longer reads.
struct OffsetDeleteApi {
  static constexpr ApiKey kKey = ApiKey::kOffsetDelete;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = kNeverFlexible;
};

struct OffsetDeleteRequest {
  using Api = OffsetDeleteApi;

  struct Topic {
    std::string_view name{};
    std::vector<int32_t> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.partitions);
    }
  };

  std::string_view group_id{};
  std::vector<Topic> topics{};

  bool operator==(const OffsetDeleteRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.group_id, self.topics);
  }
};

struct OffsetDeleteResponse {
  using Api = OffsetDeleteApi;

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.index, self.error_code);
    }
  };
  struct Topic {
    std::string_view name{};
    std::vector<Partition> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.partitions);
    }
  };

  ErrorCode error_code = ErrorCode::kNone;
  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const OffsetDeleteResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.error_code, self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
