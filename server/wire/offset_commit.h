#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Stores how far a group has read.
struct OffsetCommitApi {
  static constexpr ApiKey kKey = ApiKey::kOffsetCommit;
  static constexpr int kMin = 2, kMax = 10, kFirstFlexible = 8;
};

struct OffsetCommitRequest {
  using Api = OffsetCommitApi;

  struct Partition {
    int32_t index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string_view> committed_metadata{};

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index, self.committed_offset);
      if (version >= 6) codec(self.committed_leader_epoch);
      codec(self.committed_metadata);
    }
  };
  struct Topic {
    std::string_view name{};  // to version 9
    Uuid topic_id{};          // from version 10 on
    std::vector<Partition> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 9) codec(self.name);
      if (version >= 10) codec(self.topic_id);
      codec(self.partitions);
    }
  };

  std::string_view group_id{};
  // The generation, or in a group of the newer protocol the epoch of the member. -1 beside an
  // empty member id: a client that is no member of any group.
  int32_t generation_id_or_member_epoch = -1;
  std::string_view member_id{};
  std::optional<std::string_view> group_instance_id{};  // of a static member
  int64_t retention_time_ms = -1;  // to version 4; -1: as the broker is configured
  std::vector<Topic> topics{};

  bool operator==(const OffsetCommitRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.group_id, self.generation_id_or_member_epoch, self.member_id);
    if (version >= 7) codec(self.group_instance_id);
    if (version <= 4) codec(self.retention_time_ms);
    codec(self.topics);
  }
};

struct OffsetCommitResponse {
  using Api = OffsetCommitApi;

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.index, self.error_code);
    }
  };
  struct Topic {
    std::string_view name{};  // to version 9
    Uuid topic_id{};          // from version 10 on
    std::vector<Partition> partitions{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 9) codec(self.name);
      if (version >= 10) codec(self.topic_id);
      codec(self.partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  bool operator==(const OffsetCommitResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 3) codec(self.throttle_time_ms);
    codec(self.topics);
  }
};

}  // namespace varve::wire
