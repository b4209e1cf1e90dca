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

// Raises the number of partitions of topics.
struct CreatePartitionsApi {
  static constexpr ApiKey kKey = ApiKey::kCreatePartitions;
  static constexpr int kMin = 0, kMax = 3, kFirstFlexible = 2;
};

struct CreatePartitionsRequest {
  using Api = CreatePartitionsApi;

  struct Assignment {
    std::vector<int32_t> broker_ids{};

    bool operator==(const Assignment&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.broker_ids); }
  };
  struct Topic {
    std::string_view name{};
    int32_t count = 0;  // the new total
    // One for each partition that is added, or null: the broker chooses.
    std::optional<std::vector<Assignment>> assignments{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.count, self.assignments);
    }
  };

  std::vector<Topic> topics{};
  int32_t timeout_ms = 0;
  bool validate_only = false;

  bool operator==(const CreatePartitionsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topics, self.timeout_ms, self.validate_only);
  }
};

struct CreatePartitionsResponse {
  using Api = CreatePartitionsApi;

  struct Result {
    std::string_view name{};
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.error_code, self.error_message);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};

  bool operator==(const CreatePartitionsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.results);
  }
};

}  // namespace varve::wire
