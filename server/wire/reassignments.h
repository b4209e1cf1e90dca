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

// Moves partitions to other brokers: begins or cancels it. An answer without an error says that it
// began, not that it is done.
struct AlterPartitionReassignmentsApi {
  static constexpr ApiKey kKey = ApiKey::kAlterPartitionReassignments;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 0;
};

// Which partitions are on their way.
struct ListPartitionReassignmentsApi {
  static constexpr ApiKey kKey = ApiKey::kListPartitionReassignments;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

struct AlterPartitionReassignmentsRequest {
  using Api = AlterPartitionReassignmentsApi;

  struct Partition {
    int32_t partition_index = 0;
    std::optional<std::vector<int32_t>> replicas{};  // null cancels

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.replicas);
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

  int32_t timeout_ms = 60'000;
  bool allow_replication_factor_change = true;
  std::vector<Topic> topics{};

  bool operator==(const AlterPartitionReassignmentsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.timeout_ms);
    if (version >= 1) codec(self.allow_replication_factor_change);
    codec(self.topics);
  }
};

struct AlterPartitionReassignmentsResponse {
  using Api = AlterPartitionReassignmentsApi;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.error_code, self.error_message);
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
  bool allow_replication_factor_change = true;  // as the request said
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::vector<Topic> responses{};

  bool operator==(const AlterPartitionReassignmentsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.throttle_time_ms);
    if (version >= 1) codec(self.allow_replication_factor_change);
    codec(self.error_code, self.error_message, self.responses);
  }
};

struct ListPartitionReassignmentsRequest {
  using Api = ListPartitionReassignmentsApi;

  struct Topic {
    std::string_view name{};
    std::vector<int32_t> partition_indexes{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.partition_indexes);
    }
  };

  int32_t timeout_ms = 60'000;
  std::optional<std::vector<Topic>> topics{};  // null asks for all

  bool operator==(const ListPartitionReassignmentsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.timeout_ms, self.topics);
  }
};

struct ListPartitionReassignmentsResponse {
  using Api = ListPartitionReassignmentsApi;

  struct Partition {
    int32_t partition_index = 0;
    std::vector<int32_t> replicas{};  // now: those that come and those that go among them
    std::vector<int32_t> adding_replicas{};
    std::vector<int32_t> removing_replicas{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.partition_index, self.replicas, self.adding_replicas, self.removing_replicas);
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
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::vector<Topic> topics{};

  bool operator==(const ListPartitionReassignmentsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.error_message, self.topics);
  }
};

}  // namespace varve::wire
