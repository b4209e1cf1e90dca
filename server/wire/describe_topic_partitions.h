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

// What Metadata tells of topics, page by page.
struct DescribeTopicPartitionsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeTopicPartitions;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

// The first partition of a page.
struct TopicPartitionCursor {
  std::string_view topic_name{};
  int32_t partition_index = 0;

  bool operator==(const TopicPartitionCursor&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topic_name, self.partition_index);
  }
};

struct DescribeTopicPartitionsRequest {
  using Api = DescribeTopicPartitionsApi;

  struct Topic {
    std::string_view name{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name); }
  };

  std::vector<Topic> topics{};              // none: all
  int32_t response_partition_limit = 2000;  // partitions in one answer
  std::optional<TopicPartitionCursor> cursor{};

  bool operator==(const DescribeTopicPartitionsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topics, self.response_partition_limit, self.cursor);
  }
};

struct DescribeTopicPartitionsResponse {
  using Api = DescribeTopicPartitionsApi;

  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes{};
    std::vector<int32_t> isr_nodes{};
    std::optional<std::vector<int32_t>> eligible_leader_replicas{};
    std::optional<std::vector<int32_t>> last_known_elr{};
    std::vector<int32_t> offline_replicas{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.partition_index, self.leader_id, self.leader_epoch,
            self.replica_nodes, self.isr_nodes, self.eligible_leader_replicas, self.last_known_elr,
            self.offline_replicas);
    }
  };
  struct Topic {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string_view> name{};
    Uuid topic_id{};
    bool is_internal = false;
    std::vector<Partition> partitions{};
    int32_t topic_authorized_operations = kNoOperations;

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.name, self.topic_id, self.is_internal, self.partitions,
            self.topic_authorized_operations);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};
  std::optional<TopicPartitionCursor> next_cursor{};  // null: this was the last page

  bool operator==(const DescribeTopicPartitionsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.topics, self.next_cursor);
  }
};

}  // namespace varve::wire
