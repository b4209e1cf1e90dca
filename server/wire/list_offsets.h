#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Offsets by time, and the ends of a log.
struct ListOffsetsApi {
  static constexpr ApiKey kKey = ApiKey::kListOffsets;
  static constexpr int kMin = 1, kMax = 11, kFirstFlexible = 6;
};

// Stand in for a timestamp; the version that first knows them is given.
inline constexpr int64_t kLatestTimestamp = -1;
inline constexpr int64_t kEarliestTimestamp = -2;
inline constexpr int64_t kMaxTimestamp = -3;                    // 7
inline constexpr int64_t kEarliestLocalTimestamp = -4;          // 8
inline constexpr int64_t kLatestTieredTimestamp = -5;           // 9
inline constexpr int64_t kEarliestPendingUploadTimestamp = -6;  // 11

struct ListOffsetsRequest {
  using Api = ListOffsetsApi;

  struct Partition {
    int32_t index = 0;
    int32_t current_leader_epoch = -1;
    int64_t timestamp = 0;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index);
      if (version >= 4) codec(self.current_leader_epoch);
      codec(self.timestamp);
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

  int32_t replica_id = -1;
  int8_t isolation_level = 0;  // 1: only what is committed
  std::vector<Topic> topics{};
  int32_t timeout_ms = 0;

  bool operator==(const ListOffsetsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.replica_id);
    if (version >= 2) codec(self.isolation_level);
    codec(self.topics);
    if (version >= 10) codec(self.timeout_ms);
  }
};

struct ListOffsetsResponse {
  using Api = ListOffsetsApi;

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    int64_t timestamp = -1;
    int64_t offset = -1;
    int32_t leader_epoch = -1;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index, self.error_code, self.timestamp, self.offset);
      if (version >= 4) codec(self.leader_epoch);
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

  bool operator==(const ListOffsetsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 2) codec(self.throttle_time_ms);
    codec(self.topics);
  }
};

}  // namespace varve::wire
