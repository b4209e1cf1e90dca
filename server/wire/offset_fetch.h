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

// How far groups have read: one group, or from version 8 on several.
struct OffsetFetchApi {
  static constexpr ApiKey kKey = ApiKey::kOffsetFetch;
  static constexpr int kMin = 1, kMax = 10, kFirstFlexible = 6;
};

struct OffsetFetchRequest {
  using Api = OffsetFetchApi;

  struct Topic {
    std::string_view name{};  // to version 9
    Uuid topic_id{};          // from version 10 on
    std::vector<int32_t> partition_indexes{};

    bool operator==(const Topic&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      if (version <= 9) codec(self.name);
      if (version >= 10) codec(self.topic_id);
      codec(self.partition_indexes);
    }
  };
  struct Group {
    std::string_view group_id{};
    // Of a member of a group of the newer protocol; null and -1 for anybody else.
    std::optional<std::string_view> member_id{};
    int32_t member_epoch = -1;
    std::optional<std::vector<Topic>> topics{};  // null: all that have an offset

    bool operator==(const Group&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.group_id);
      if (version >= 9) codec(self.member_id, self.member_epoch);
      codec(self.topics);
    }
  };

  std::string_view group_id{};                 // to version 7
  std::optional<std::vector<Topic>> topics{};  // to version 7; from 2 on null: all with an offset
  std::vector<Group> groups{};                 // from version 8 on
  bool require_stable = false;  // rather an error than an offset that a transaction may replace

  bool operator==(const OffsetFetchRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version <= 7) {
      codec(self.group_id);
      codec.NullableFrom(2, self.topics);
    }
    if (version >= 8) codec(self.groups);
    if (version >= 7) codec(self.require_stable);
  }
};

struct OffsetFetchResponse {
  using Api = OffsetFetchApi;

  struct Partition {
    int32_t index = 0;
    int64_t committed_offset = -1;  // -1: none
    int32_t committed_leader_epoch = -1;
    std::optional<std::string_view> metadata{};
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Partition&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.index, self.committed_offset);
      if (version >= 5) codec(self.committed_leader_epoch);
      codec(self.metadata, self.error_code);
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
  struct Group {
    std::string_view group_id{};
    std::vector<Topic> topics{};
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Group&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.group_id, self.topics, self.error_code);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};              // to version 7
  ErrorCode error_code = ErrorCode::kNone;  // from version 2 to version 7
  std::vector<Group> groups{};              // from version 8 on

  bool operator==(const OffsetFetchResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 3) codec(self.throttle_time_ms);
    if (version <= 7) codec(self.topics);
    if (version >= 2 && version <= 7) codec(self.error_code);
    if (version >= 8) codec(self.groups);
  }
};

}  // namespace varve::wire
