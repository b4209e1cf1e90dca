#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// In which directory each partition lies, how large it is there, and how full the disks are.
struct DescribeLogDirsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeLogDirs;
  static constexpr int kMin = 1, kMax = 4, kFirstFlexible = 2;
};

struct DescribeLogDirsRequest {
  using Api = DescribeLogDirsApi;

  struct Topic {
    std::string_view topic{};
    std::vector<int32_t> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.topic, self.partitions);
    }
  };

  std::optional<std::vector<Topic>> topics{};  // null asks for all

  bool operator==(const DescribeLogDirsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topics); }
};

struct DescribeLogDirsResponse {
  using Api = DescribeLogDirsApi;

  struct Partition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;  // bytes of its segments
    // How far the log ends below the high watermark; a future log, below the log it will replace.
    int64_t offset_lag = 0;
    bool is_future_key = false;  // a log on its way here from another directory

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.partition_size, self.offset_lag, self.is_future_key);
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
  struct Result {
    ErrorCode error_code = ErrorCode::kNone;
    std::string_view log_dir{};
    std::vector<Topic> topics{};
    int64_t total_bytes = -1;   // of the volume; -1: unknown
    int64_t usable_bytes = -1;  // likewise

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.error_code, self.log_dir, self.topics);
      if (version >= 4) codec(self.total_bytes, self.usable_bytes);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Result> results{};

  bool operator==(const DescribeLogDirsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.throttle_time_ms);
    if (version >= 3) codec(self.error_code);
    codec(self.results);
  }
};

}  // namespace varve::wire
