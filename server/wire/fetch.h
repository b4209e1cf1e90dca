#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"
#include "server/wire/leader.h"

namespace varve::wire {

// Reads record batches, for consumers and for followers.
struct FetchApi {
  static constexpr ApiKey kKey = ApiKey::kFetch;
  static constexpr int kMin = 4, kMax = 18, kFirstFlexible = 12;
};

struct FetchRequest {
  using Api = FetchApi;

  // Who asks: a follower, or -1 for a consumer. The epoch travels from version 15 on.
  struct Replica {
    int32_t id = -1;
    int64_t epoch = -1;

    bool operator==(const Replica&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.id, self.epoch); }
  };
  struct Partition {
    int32_t index = 0;
    int32_t current_leader_epoch = -1;
    int64_t fetch_offset = 0;
    int32_t last_fetched_epoch = -1;
    int64_t log_start_offset = -1;
    int32_t max_bytes = 0;
    Uuid replica_directory_id{};
    int64_t high_watermark = std::numeric_limits<int64_t>::max();  // what the follower knows

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index);
      if (version >= 9) codec(self.current_leader_epoch);
      codec(self.fetch_offset);
      if (version >= 12) codec(self.last_fetched_epoch);
      if (version >= 5) codec(self.log_start_offset);
      codec(self.max_bytes);
      if (version >= 17) codec.Tagged(0, self.replica_directory_id);
      if (version >= 18) {
        codec.Tagged(1, self.high_watermark, std::numeric_limits<int64_t>::max());
      }
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
  struct ForgottenTopic {
    std::string_view name{};  // to version 12
    Uuid topic_id{};          // from version 13 on
    std::vector<int32_t> partitions{};

    bool operator==(const ForgottenTopic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 12) codec(self.name);
      if (version >= 13) codec(self.topic_id);
      codec(self.partitions);
    }
  };

  std::optional<std::string_view> cluster_id{};
  Replica replica{};
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  int8_t isolation_level = 0;  // 1: only what is committed
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<Topic> topics{};
  std::vector<ForgottenTopic> forgotten_topics{};
  std::string_view rack_id{};

  bool operator==(const FetchRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version <= 14) codec(self.replica.id);
    codec(self.max_wait_ms, self.min_bytes, self.max_bytes, self.isolation_level);
    if (version >= 7) codec(self.session_id, self.session_epoch);
    codec(self.topics);
    if (version >= 7) codec(self.forgotten_topics);
    if (version >= 11) codec(self.rack_id);
    codec.Tagged(0, self.cluster_id);
    if (version >= 15) codec.Tagged(1, self.replica);
  }
};

struct FetchResponse {
  using Api = FetchApi;

  struct EpochEndOffset {
    int32_t epoch = -1;
    int64_t end_offset = -1;

    bool operator==(const EpochEndOffset&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.epoch, self.end_offset);
    }
  };
  struct SnapshotId {
    int64_t end_offset = -1;
    int32_t epoch = -1;

    bool operator==(const SnapshotId&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.end_offset, self.epoch);
    }
  };
  struct AbortedTransaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;

    bool operator==(const AbortedTransaction&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.producer_id, self.first_offset);
    }
  };
  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    int64_t high_watermark = 0;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    EpochEndOffset diverging_epoch{};
    LeaderIdAndEpoch current_leader{};
    SnapshotId snapshot_id{};
    // Sorted by first_offset. Null for a reader of everything, never for one of what is committed.
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{};
    int32_t preferred_read_replica = -1;
    ResponseRecords records{};  // empty, never null: librdkafka fails the partition on null

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index, self.error_code, self.high_watermark, self.last_stable_offset);
      if (version >= 5) codec(self.log_start_offset);
      codec(self.aborted_transactions);
      if (version >= 11) codec(self.preferred_read_replica);
      codec(self.records);
      codec.Tagged(0, self.diverging_epoch);
      codec.Tagged(1, self.current_leader);
      codec.Tagged(2, self.snapshot_id);
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

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  int32_t session_id = 0;  // 0: no session
  std::vector<Topic> topics{};
  std::vector<NodeEndpoint> node_endpoints{};

  bool operator==(const FetchResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.throttle_time_ms);
    if (version >= 7) codec(self.error_code, self.session_id);
    codec(self.topics);
    if (version >= 16) codec.Tagged(0, self.node_endpoints);
  }
};

}  // namespace varve::wire
