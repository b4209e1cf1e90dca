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

struct CreateTopicsApi {
  static constexpr ApiKey kKey = ApiKey::kCreateTopics;
  static constexpr int kMin = 2, kMax = 7, kFirstFlexible = 5;
};

struct CreateTopicsRequest {
  using Api = CreateTopicsApi;

  struct Assignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids{};

    bool operator==(const Assignment&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.broker_ids);
    }
  };
  struct Config {
    std::string_view name{};
    std::optional<std::string_view> value{};

    bool operator==(const Config&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name, self.value); }
  };
  struct Topic {
    std::string_view name{};
    int32_t num_partitions = 0;      // -1: as the broker is configured, or by the assignments
    int16_t replication_factor = 0;  // likewise
    std::vector<Assignment> assignments{};
    std::vector<Config> configs{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.num_partitions, self.replication_factor, self.assignments,
            self.configs);
    }
  };

  std::vector<Topic> topics{};
  int32_t timeout_ms = 60'000;
  bool validate_only = false;

  bool operator==(const CreateTopicsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topics, self.timeout_ms, self.validate_only);
  }
};

struct CreateTopicsResponse {
  using Api = CreateTopicsApi;

  struct Config {
    std::string_view name{};
    std::optional<std::string> value{};
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;

    bool operator==(const Config&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.value, self.read_only, self.config_source, self.is_sensitive);
    }
  };
  struct Topic {
    std::string_view name{};
    Uuid topic_id{};
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    ErrorCode topic_config_error_code = ErrorCode::kNone;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    // Null if the client may not see them. An error goes with an empty list.
    std::optional<std::vector<Config>> configs{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.name);
      if (version >= 7) codec(self.topic_id);
      codec(self.error_code, self.error_message);
      if (version >= 5) codec(self.num_partitions, self.replication_factor, self.configs);
      codec.Tagged(0, self.topic_config_error_code);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const CreateTopicsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics);
  }
};

}  // namespace varve::wire
