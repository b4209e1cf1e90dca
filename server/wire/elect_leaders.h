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

// Gives partitions another leader.
struct ElectLeadersApi {
  static constexpr ApiKey kKey = ApiKey::kElectLeaders;
  static constexpr int kMin = 0, kMax = 2, kFirstFlexible = 2;
};

enum class ElectionType : int8_t {
  kPreferred = 0,  // the first replica of the list
  kUnclean = 1,    // any that lives, if none that is in sync does: records may be lost
};

struct ElectLeadersRequest {
  using Api = ElectLeadersApi;

  struct Topic {
    std::string_view topic{};
    std::vector<int32_t> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.topic, self.partitions);
    }
  };

  ElectionType election_type = ElectionType::kPreferred;
  std::optional<std::vector<Topic>> topic_partitions{};  // null: all
  int32_t timeout_ms = 60'000;

  bool operator==(const ElectLeadersRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.election_type);
    codec(self.topic_partitions, self.timeout_ms);
  }
};

struct ElectLeadersResponse {
  using Api = ElectLeadersApi;

  struct Partition {
    int32_t partition_id = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_id, self.error_code, self.error_message);
    }
  };
  struct Topic {
    std::string_view topic{};
    std::vector<Partition> partition_result{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.topic, self.partition_result);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Topic> replica_election_results{};

  bool operator==(const ElectLeadersResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.throttle_time_ms);
    if (version >= 1) codec(self.error_code);
    codec(self.replica_election_results);
  }
};

}  // namespace varve::wire
