#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"
#include "server/wire/codec.h"
#include "server/wire/reader.h"
#include "server/wire/writer.h"

namespace varve::wire {

// The values of the control records in `__cluster_metadata-0` and its snapshots, flexible from
// version 0 on. Each begins with its own version, which is also the version of its fields.
// `kControlType` is the number in the record's key.

struct LeaderChangeMessage {
  static constexpr int16_t kControlType = 2;
  static constexpr int kMax = 1;

  struct Voter {
    int32_t voter_id = 0;
    Uuid voter_directory_id{};  // from version 1 on

    bool operator==(const Voter&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.voter_id);
      if (version >= 1) codec(self.voter_directory_id);
    }
  };

  int16_t version = 0;
  int32_t leader_id = 0;
  std::vector<Voter> voters{};
  std::vector<Voter> granting_voters{};

  bool operator==(const LeaderChangeMessage&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.version, self.leader_id, self.voters, self.granting_voters);
  }
};

// The first record of a snapshot.
struct SnapshotHeaderRecord {
  static constexpr int16_t kControlType = 3;
  static constexpr int kMax = 0;

  int16_t version = 0;
  int64_t last_contained_log_timestamp = 0;  // of the newest record that the snapshot covers

  bool operator==(const SnapshotHeaderRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.version, self.last_contained_log_timestamp);
  }
};

// The last record of a snapshot: without it, the snapshot is cut short.
struct SnapshotFooterRecord {
  static constexpr int16_t kControlType = 4;
  static constexpr int kMax = 0;

  int16_t version = 0;

  bool operator==(const SnapshotFooterRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.version); }
};

struct KRaftVersionRecord {
  static constexpr int16_t kControlType = 5;
  static constexpr int kMax = 0;

  int16_t version = 0;
  int16_t kraft_version = 0;

  bool operator==(const KRaftVersionRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.version, self.kraft_version);
  }
};

struct VotersRecord {
  static constexpr int16_t kControlType = 6;
  static constexpr int kMax = 0;

  struct Endpoint {
    std::string_view name{};
    std::string_view host{};
    uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.host, self.port);
    }
  };
  struct VersionRange {
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;

    bool operator==(const VersionRange&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.min_supported_version, self.max_supported_version);
    }
  };
  struct Voter {
    int32_t voter_id = 0;
    Uuid voter_directory_id{};
    std::vector<Endpoint> endpoints{};
    VersionRange kraft_version_feature{};

    bool operator==(const Voter&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.voter_id, self.voter_directory_id, self.endpoints, self.kraft_version_feature);
    }
  };

  int16_t version = 0;
  std::vector<Voter> voters{};

  bool operator==(const VotersRecord&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.version, self.voters); }
};

// Reads the value of a control record: a view of `value`. A version newer than ours is read as
// our newest: what later versions add comes after what we know, or in tagged fields.
template <typename Record>
absl::StatusOr<Record> DecodeControlRecord(Bytes value) {
  Reader reader(value);
  int16_t version = 0;
  reader(version);
  reader = Reader(value);
  reader.Use(std::clamp<int>(version, 0, Record::kMax), /*flexible=*/true);
  Record record;
  reader(record);
  if (!reader.ok()) return reader.status();
  return record;
}

// Appends the value of a control record, at the version it names, to `out`.
template <typename Record>
absl::Status EncodeControlRecord(const Record& record, Buffer& out) {
  Writer writer(out);
  writer.Use(record.version, /*flexible=*/true);
  writer(record);
  return writer.status();
}

}  // namespace varve::wire
