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
#include "server/wire/leader.h"

namespace varve::wire {

// Appends record batches to partitions. With acks 0 there is no response at all.
// A broker advertises this API from version 0 on: older librdkafka compresses only if it does.
struct ProduceApi {
  static constexpr ApiKey kKey = ApiKey::kProduce;
  static constexpr int kMin = 3, kMax = 13, kFirstFlexible = 9;
};

struct ProduceRequest {
  using Api = ProduceApi;

  struct Partition {
    int32_t index = 0;
    std::optional<RequestRecords> records{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.index, self.records);
    }
  };
  struct Topic {
    std::string_view name{};  // to version 12
    Uuid topic_id{};          // from version 13 on
    std::vector<Partition> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 12) codec(self.name);
      if (version >= 13) codec(self.topic_id);
      codec(self.partitions);
    }
  };

  std::optional<std::string_view> transactional_id{};
  int16_t acks = 0;
  int32_t timeout_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const ProduceRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.transactional_id, self.acks, self.timeout_ms, self.topics);
  }
};

struct ProduceResponse {
  using Api = ProduceApi;

  struct RecordError {
    int32_t batch_index = 0;
    std::optional<std::string> message{};

    bool operator==(const RecordError&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.batch_index, self.message);
    }
  };
  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    int64_t base_offset = -1;
    int64_t log_append_time_ms = -1;  // -1 unless the topic stamps append time
    int64_t log_start_offset = -1;
    std::vector<RecordError> record_errors{};
    std::optional<std::string> error_message{};
    LeaderIdAndEpoch current_leader{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index, self.error_code, self.base_offset, self.log_append_time_ms);
      if (version >= 5) codec(self.log_start_offset);
      if (version >= 8) codec(self.record_errors, self.error_message);
      if (version >= 10) codec.Tagged(0, self.current_leader);
    }
  };
  struct Topic {
    std::string_view name{};  // to version 12
    Uuid topic_id{};          // from version 13 on
    std::vector<Partition> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 12) codec(self.name);
      if (version >= 13) codec(self.topic_id);
      codec(self.partitions);
    }
  };

  std::vector<Topic> topics{};
  int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints{};

  bool operator==(const ProduceResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.topics, self.throttle_time_ms);
    if (version >= 10) codec.Tagged(0, self.node_endpoints);
  }
};

}  // namespace varve::wire
