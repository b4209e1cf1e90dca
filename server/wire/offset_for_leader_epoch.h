#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Where a leader epoch ended: how a client finds out that a log was truncated.
struct OffsetForLeaderEpochApi {
  static constexpr ApiKey kKey = ApiKey::kOffsetForLeaderEpoch;
  static constexpr int kMin = 2, kMax = 4, kFirstFlexible = 4;
};

struct OffsetForLeaderEpochRequest {
  using Api = OffsetForLeaderEpochApi;

  struct Partition {
    int32_t index = 0;
    int32_t current_leader_epoch = -1;
    int32_t leader_epoch = 0;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.index, self.current_leader_epoch, self.leader_epoch);
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

  int32_t replica_id = -2;
  std::vector<Topic> topics{};

  bool operator==(const OffsetForLeaderEpochRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 3) codec(self.replica_id);
    codec(self.topics);
  }
};

struct OffsetForLeaderEpochResponse {
  using Api = OffsetForLeaderEpochApi;

  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t index = 0;
    int32_t leader_epoch = -1;
    int64_t end_offset = -1;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.index, self.leader_epoch, self.end_offset);
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

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const OffsetForLeaderEpochResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
