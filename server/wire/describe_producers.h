#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// What the leader of a partition remembers of its producers: how transactions that hang are found.
struct DescribeProducersApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeProducers;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

struct DescribeProducersRequest {
  using Api = DescribeProducersApi;

  struct Topic {
    std::string_view name{};
    std::vector<int32_t> partition_indexes{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.partition_indexes);
    }
  };

  std::vector<Topic> topics{};

  bool operator==(const DescribeProducersRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topics); }
};

struct DescribeProducersResponse {
  using Api = DescribeProducersApi;

  struct Producer {
    int64_t producer_id = 0;
    int32_t producer_epoch = 0;  // 16 bits elsewhere
    int32_t last_sequence = -1;
    int64_t last_timestamp = -1;
    int32_t coordinator_epoch = 0;
    int64_t current_txn_start_offset = -1;  // -1: no transaction is open

    bool operator==(const Producer&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.producer_id, self.producer_epoch, self.last_sequence, self.last_timestamp,
            self.coordinator_epoch, self.current_txn_start_offset);
    }
  };
  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::vector<Producer> active_producers{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.error_code, self.error_message, self.active_producers);
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

  bool operator==(const DescribeProducersResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
