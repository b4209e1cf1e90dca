#include "tools/dump/decode/decoder.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/base/varint.h"
#include "engine/log/file_names.h"
#include "tools/dump/decode/group_schemas.h"
#include "tools/dump/decode/metadata_schemas.h"

namespace varve::dump {
namespace {

constexpr std::string_view kStates[] = {
    "EMPTY",           "ONGOING",        "PREPARE_COMMIT", "PREPARE_ABORT",
    "COMPLETE_COMMIT", "COMPLETE_ABORT", "DEAD",           "PREPARE_EPOCH_FENCE"};
constexpr Field kTransactionKey[] = {String("transactionalId")};
constexpr Field kTransactionTopic[] = {String("topic"), Int32("partitionIds").Array()};
constexpr Field kTransactionValue[] = {
    Int64("producerId"),
    Int64("previousProducerId").Tagged(0),
    Int64("nextProducerId").Tagged(1),
    Int16("producerEpoch"),
    Int32("transactionTimeoutMs"),
    Int8("transactionStatus").Named(kStates),
    Structs("transactionPartitions", kTransactionTopic).Nullable(),
    Int64("transactionLastUpdateTimestampMs"),
    Int64("transactionStartTimestampMs"),
    Int16("clientTransactionVersion").Tagged(2),
};
constexpr KeyedSchema kTransaction = {
    0,
    {.name = "TransactionLog", .version_max = 0, .fields = kTransactionKey},
    {.name = "TransactionLogValue",
     .version_max = 1,
     .flexible_since = 1,
     .fields = kTransactionValue}};

// Takes the version that stands before a key or a value.
absl::StatusOr<int16_t> TakeVersion(Bytes& bytes, std::string_view of) {
  if (bytes.size() < sizeof(int16_t)) {
    return absl::InvalidArgumentError(
        fmt::format("a {} of {} bytes, too short for a version", of, bytes.size()));
  }
  const auto version = LoadBigEndian<int16_t>(bytes.data());
  bytes = bytes.subspan(sizeof(int16_t));
  return version;
}

const KeyedSchema* FindSchema(Decode decode, int key_version) {
  if (decode == Decode::kOffsets) return FindGroupSchema(key_version);
  return key_version == kTransaction.key_version ? &kTransaction : nullptr;
}

absl::StatusOr<Decoded> DecodeKeyed(Decode decode, const record::RecordView& record) {
  if (!record.key) return absl::InvalidArgumentError("a record without a key");
  Bytes key = *record.key;
  ASSIGN_OR_RETURN(const int16_t kind, TakeVersion(key, "key"));
  const KeyedSchema* schema = FindSchema(decode, kind);
  if (schema == nullptr) {
    return absl::InvalidArgumentError(fmt::format("a key of version {}, which is unknown", kind));
  }
  Decoded decoded{.kind = schema->key.name, .key = {}, .value = {}};
  ASSIGN_OR_RETURN(decoded.key, ReadMessage(schema->key, kind, key));
  if (!record.value) return decoded;
  Bytes value = *record.value;
  ASSIGN_OR_RETURN(const int16_t version, TakeVersion(value, "value"));
  ASSIGN_OR_RETURN(decoded.value, ReadMessage(schema->value, version, value));
  return decoded;
}

// Three varints stand before the fields: the version of this envelope, type, version.
absl::StatusOr<Decoded> DecodeMetadata(const record::RecordView& record) {
  if (!record.value) return absl::InvalidArgumentError("a record without a value");
  Bytes rest = *record.value;
  uint64_t frame = 0;
  uint64_t type = 0;
  uint64_t version = 0;
  if (!TakeVarint(rest, frame, 32) || !TakeVarint(rest, type, 32) ||
      !TakeVarint(rest, version, 31)) {
    return absl::InvalidArgumentError("a value too short for its type and version");
  }
  const Schema* schema = FindMetadataSchema(static_cast<uint32_t>(type));
  if (frame != 1 || schema == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("a record of frame version {}, type {}, version {}, which is unknown", frame,
                    type, version));
  }
  Decoded decoded{.kind = schema->name, .key = {}, .value = {}};
  ASSIGN_OR_RETURN(decoded.value, ReadMessage(*schema, static_cast<int>(version), rest));
  return decoded;
}

std::string_view ControlName(int16_t type, const Schema& schema) {
  if (type == kAbortMarker) return "AbortMarker";
  return type == kCommitMarker ? "CommitMarker" : schema.name;
}

}  // namespace

Decode DecodeByPath(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path().filename();
  const auto name = log::ParseDirectoryName(folder.string());
  if (!name) return Decode::kNone;
  if (name->topic == "__consumer_offsets") return Decode::kOffsets;
  if (name->topic == "__transaction_state") return Decode::kTransactions;
  return name->topic == "__cluster_metadata" ? Decode::kMetadata : Decode::kNone;
}

absl::StatusOr<Decoded> DecodeRecord(Decode decode, const record::RecordView& record) {
  return decode == Decode::kMetadata ? DecodeMetadata(record) : DecodeKeyed(decode, record);
}

std::optional<int16_t> ControlType(const record::RecordView& record) {
  if (!record.key || record.key->size() < 4) return std::nullopt;
  return LoadBigEndian<int16_t>(record.key->data() + sizeof(int16_t));
}

absl::StatusOr<Decoded> DecodeControl(const record::RecordView& record) {
  const auto type = ControlType(record);
  if (!type) return absl::InvalidArgumentError("a control record whose key has no type");
  const Schema* schema = FindControlSchema(*type);
  if (schema == nullptr) {
    return absl::InvalidArgumentError(fmt::format("a control record of type {}", *type));
  }
  if (!record.value) return absl::InvalidArgumentError("a control record without a value");
  Bytes value = *record.value;
  ASSIGN_OR_RETURN(const int16_t version, TakeVersion(value, "control record"));
  Decoded decoded{.kind = ControlName(*type, *schema), .key = {}, .value = {}};
  ASSIGN_OR_RETURN(decoded.value, ReadMessage(*schema, version, *record.value));
  return decoded;
}

}  // namespace varve::dump
