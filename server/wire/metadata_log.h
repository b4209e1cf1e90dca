#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <variant>

#include "engine/base/bytes.h"
#include "server/wire/broker_records.h"
#include "server/wire/metadata_records.h"
#include "server/wire/writer.h"

namespace varve::wire {

// The value of a record in `__cluster_metadata-0` is three varints (the version of this envelope,
// the record's type, the record's version) and the record's fields.
inline constexpr uint32_t kMetadataFrameVersion = 1;

// A record of a type, or of a version, that is none of ours. It is kept and not an error here:
// whoever reads the log decides whether it may go on without.
struct UnknownRecord {
  Bytes body;

  friend bool operator==(const UnknownRecord& a, const UnknownRecord& b) {
    return SameBytes(a.body, b.body);
  }
};

using AnyMetadataRecord =
    std::variant<UnknownRecord, TopicRecord, PartitionRecord, PartitionChangeRecord,
                 RemoveTopicRecord, ConfigRecord, FeatureLevelRecord, ProducerIdsRecord,
                 ClearElrRecord, NoOpRecord, RegisterBrokerRecord, BrokerRegistrationChangeRecord>;

struct MetadataRecord {
  uint32_t type = 0;
  uint32_t version = 0;
  AnyMetadataRecord record;  // views of the value it was read from
};

// Reads the value of a record of the metadata log. InvalidArgument: it is malformed, or its
// envelope is of another version.
absl::StatusOr<MetadataRecord> DecodeMetadataRecord(Bytes value);

// Appends the value of a record to `out`. Requires: 0 <= version <= Record::kMax.
template <typename Record>
absl::Status EncodeMetadataRecord(const Record& record, int version, Buffer& out) {
  Writer writer(out);
  writer.Varint(kMetadataFrameVersion);
  writer.Varint(Record::kType);
  writer.Varint(static_cast<uint32_t>(version));
  writer.Use(version, /*flexible=*/true);
  writer(record);
  return writer.status();
}

}  // namespace varve::wire
