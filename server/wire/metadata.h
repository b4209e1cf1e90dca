#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"
#include "server/wire/operations.h"

namespace varve::wire {

// Which brokers there are, and who leads each partition of the topics asked for.
struct MetadataApi {
  static constexpr ApiKey kKey = ApiKey::kMetadata;
  static constexpr int kMin = 0, kMax = 13, kFirstFlexible = 9;
};

struct MetadataRequest {
  using Api = MetadataApi;

  struct Topic {
    Uuid topic_id{};
    std::optional<std::string_view> name{};  // from version 12 on null: by id

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version >= 10) codec(self.topic_id);
      codec.NullableFrom(10, self.name);
    }
  };

  // Null asks for all topics, an empty list for none; in version 0 an empty list asks for all.
  std::optional<std::vector<Topic>> topics{};
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  bool operator==(const MetadataRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec.NullableFrom(1, self.topics);
    if (version >= 4) codec(self.allow_auto_topic_creation);
    if (version >= 8 && version <= 10) codec(self.include_cluster_authorized_operations);
    if (version >= 8) codec(self.include_topic_authorized_operations);
  }
};

struct MetadataResponse {
  using Api = MetadataApi;

  struct Broker {
    int32_t node_id = 0;
    std::string_view host{};
    int32_t port = 0;
    std::optional<std::string_view> rack{};

    bool operator==(const Broker&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.node_id, self.host, self.port);
      if (version >= 1) codec(self.rack);
    }
  };
  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes{};
    std::vector<int32_t> isr_nodes{};
    std::vector<int32_t> offline_replicas{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.error_code, self.partition_index, self.leader_id);
      if (version >= 7) codec(self.leader_epoch);
      codec(self.replica_nodes, self.isr_nodes);
      if (version >= 5) codec(self.offline_replicas);
    }
  };
  struct Topic {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string_view> name{};  // null only beside an error about the id
    Uuid topic_id{};
    bool is_internal = false;
    std::vector<Partition> partitions{};
    int32_t topic_authorized_operations = kNoOperations;

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.error_code);
      codec.NullableFrom(12, self.name);
      if (version >= 10) codec(self.topic_id);
      if (version >= 1) codec(self.is_internal);
      codec(self.partitions);
      if (version >= 8) codec(self.topic_authorized_operations);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers{};
  std::optional<std::string_view> cluster_id{};
  int32_t controller_id = -1;
  std::vector<Topic> topics{};
  int32_t cluster_authorized_operations = kNoOperations;
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const MetadataResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 3) codec(self.throttle_time_ms);
    codec(self.brokers);
    if (version >= 2) codec(self.cluster_id);
    if (version >= 1) codec(self.controller_id);
    codec(self.topics);
    if (version >= 8 && version <= 10) codec(self.cluster_authorized_operations);
    if (version >= 13) codec(self.error_code);
  }
};

}  // namespace varve::wire
