#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Moves the start of logs forward.
struct DeleteRecordsApi {
  static constexpr ApiKey kKey = ApiKey::kDeleteRecords;
  static constexpr int kMin = 0, kMax = 2, kFirstFlexible = 2;
};

// Stands for an offset: the high watermark.
inline constexpr int64_t kDeleteToHighWatermark = -1;

struct DeleteRecordsRequest {
  using Api = DeleteRecordsApi;

  struct Partition {
    int32_t partition_index = 0;
    int64_t offset = 0;  // the first that stays

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.offset);
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

  std::vector<Topic> topics{};
  int32_t timeout_ms = 0;

  bool operator==(const DeleteRecordsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topics, self.timeout_ms);
  }
};

struct DeleteRecordsResponse {
  using Api = DeleteRecordsApi;

  struct Partition {
    int32_t partition_index = 0;
    int64_t low_watermark = 0;  // where the log starts now, on every replica; -1 with an error
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.low_watermark, self.error_code);
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

  bool operator==(const DeleteRecordsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
