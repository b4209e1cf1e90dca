#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"
#include "server/coordinator/calls.h"

// The records of __consumer_offsets, as Kafka writes and reads them: a key tells what the record is
// about, a value what is so from now on, no value that it is no more. Kafka's own tools read what
// is written here, and what Kafka left in a log is read here.
//
// Lifetime  What is read holds views of the bytes, except a GroupRecord, which owns its own.
// Errors    Reading: DataLoss, with what and where. Writing: InvalidArgument for a text that is
//           longer than its length field can tell (32,767 bytes).
namespace varve::coordinator {

enum class RecordKind : uint8_t {
  kOffset,         // how far a group has read one partition
  kGroup,          // a classic group and its members
  kConsumerGroup,  // something of a group of the newer protocol: see consumer/records.h
  kOther,          // of share groups, or of a Kafka that is newer than this program
};

struct RecordKey {
  RecordKind kind = RecordKind::kOther;
  int16_t version = -1;
  std::string_view group{};
  std::string_view topic{};  // this and the next: of an offset
  int32_t partition = -1;
  std::string_view member{};  // of a consumer group's: the member's id, or the expression
};

absl::StatusOr<RecordKey> ReadRecordKey(Bytes key);
absl::StatusOr<Buffer> WriteOffsetKey(std::string_view group, std::string_view topic,
                                      int32_t partition);
absl::StatusOr<Buffer> WriteGroupKey(std::string_view group);

struct OffsetValue {
  int64_t offset = 0;
  int32_t leader_epoch = -1;  // -1: unknown
  std::string_view metadata{};
  int64_t commit_ms = 0;
  int64_t expire_ms = -1;  // -1: as the broker is configured. Of clients that ask for it
  Uuid topic_id{};         // zero: unknown. Only read
};

// Versions 0 to 4.
absl::StatusOr<OffsetValue> ReadOffsetValue(Bytes value);
// Version 3; with a time of expiry version 1, which is the only one that has it.
absl::StatusOr<Buffer> WriteOffsetValue(const OffsetValue& value);

// Versions 0 to 4; before version 1 the session's timeout stands for that of a rebalance.
absl::StatusOr<GroupRecord> ReadGroupValue(Bytes value);
// Version 3.
absl::StatusOr<Buffer> WriteGroupValue(const GroupRecord& record);

}  // namespace varve::coordinator
