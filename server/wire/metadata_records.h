#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/codec.h"
#include "server/wire/config_resource.h"

namespace varve::wire {

// The records of `__cluster_metadata-0` and of its snapshots; those that tell of brokers are in
// broker_records.h. All are flexible from version 0 on. Each struct names its type and its newest
// version; metadata_log.h reads and writes them.

struct TopicRecord {
  static constexpr uint32_t kType = 2;
  static constexpr int kMax = 0;

  std::string_view name{};
  Uuid topic_id{};

  bool operator==(const TopicRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name, self.topic_id); }
};

struct PartitionRecord {
  static constexpr uint32_t kType = 3;
  static constexpr int kMax = 2;

  int32_t partition_id = -1;
  Uuid topic_id{};
  std::vector<int32_t> replicas{};  // in preferred order
  std::vector<int32_t> isr{};
  std::vector<int32_t> removing_replicas{};
  std::vector<int32_t> adding_replicas{};
  int32_t leader = -1;               // -1: none
  int8_t leader_recovery_state = 0;  // 1: an unclean election is being recovered from
  int32_t leader_epoch = -1;
  int32_t partition_epoch = -1;     // rises with every change of the partition
  std::vector<Uuid> directories{};  // where each of `replicas` lies; from version 1 on
  std::optional<std::vector<int32_t>> eligible_leader_replicas{};  // from version 2 on
  std::optional<std::vector<int32_t>> last_known_elr{};            // from version 2 on

  bool operator==(const PartitionRecord&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.partition_id, self.topic_id, self.replicas, self.isr, self.removing_replicas,
          self.adding_replicas, self.leader, self.leader_epoch, self.partition_epoch);
    if (version >= 1) codec(self.directories);
    codec.Tagged(0, self.leader_recovery_state);
    if (version >= 2) codec.Tagged(1, self.eligible_leader_replicas);
    if (version >= 2) codec.Tagged(2, self.last_known_elr);
  }
};

// Null, or the value given, means: as it was.
struct PartitionChangeRecord {
  static constexpr uint32_t kType = 5;
  static constexpr int kMax = 2;
  static constexpr int32_t kSameLeader = -2;
  static constexpr int8_t kSameRecoveryState = -1;

  int32_t partition_id = -1;
  Uuid topic_id{};
  std::optional<std::vector<int32_t>> isr{};
  int32_t leader = kSameLeader;  // -1: there is none now
  std::optional<std::vector<int32_t>> replicas{};
  std::optional<std::vector<int32_t>> removing_replicas{};
  std::optional<std::vector<int32_t>> adding_replicas{};
  int8_t leader_recovery_state = kSameRecoveryState;
  std::optional<std::vector<Uuid>> directories{};                  // from version 1 on
  std::optional<std::vector<int32_t>> eligible_leader_replicas{};  // from version 2 on
  std::optional<std::vector<int32_t>> last_known_elr{};            // from version 2 on

  bool operator==(const PartitionChangeRecord&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.partition_id, self.topic_id);
    codec.Tagged(0, self.isr);
    codec.Tagged(1, self.leader, kSameLeader);
    codec.Tagged(2, self.replicas);
    codec.Tagged(3, self.removing_replicas);
    codec.Tagged(4, self.adding_replicas);
    codec.Tagged(5, self.leader_recovery_state, kSameRecoveryState);
    if (version >= 2) codec.Tagged(6, self.eligible_leader_replicas);
    if (version >= 2) codec.Tagged(7, self.last_known_elr);
    if (version >= 1) codec.Tagged(8, self.directories);
  }
};

// The topic and all of its partitions.
struct RemoveTopicRecord {
  static constexpr uint32_t kType = 9;
  static constexpr int kMax = 0;

  Uuid topic_id{};

  bool operator==(const RemoveTopicRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topic_id); }
};

struct ConfigRecord {
  static constexpr uint32_t kType = 4;
  static constexpr int kMax = 0;

  ConfigResource resource_type = ConfigResource::kUnknown;
  std::string_view resource_name{};
  std::string_view name{};
  std::optional<std::string_view> value{};  // null: back to the default

  bool operator==(const ConfigRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.resource_type, self.resource_name, self.name, self.value);
  }
};

struct FeatureLevelRecord {
  static constexpr uint32_t kType = 12;
  static constexpr int kMax = 0;

  std::string_view name{};
  int16_t feature_level = 0;

  bool operator==(const FeatureLevelRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.name, self.feature_level);
  }
};

struct ProducerIdsRecord {
  static constexpr uint32_t kType = 15;
  static constexpr int kMax = 0;

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  int64_t next_producer_id = 0;  // the first one of the next block

  bool operator==(const ProducerIdsRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.broker_id, self.broker_epoch, self.next_producer_id);
  }
};

// Nobody is eligible to lead any more beside those in sync.
struct ClearElrRecord {
  static constexpr uint32_t kType = 28;
  static constexpr int kMax = 0;

  std::string_view topic_name{};  // empty: of all topics

  bool operator==(const ClearElrRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topic_name); }
};

struct NoOpRecord {
  static constexpr uint32_t kType = 20;
  static constexpr int kMax = 0;

  bool operator==(const NoOpRecord&) const = default;
  static void Fields(auto& /*codec*/, auto& /*self*/, int /*version*/) {}
};

}  // namespace varve::wire
