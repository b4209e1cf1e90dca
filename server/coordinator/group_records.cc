#include "server/coordinator/group_records.h"

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "server/coordinator/consumer/records.h"
#include "server/coordinator/record_codec.h"

namespace varve::coordinator {
namespace {

constexpr int16_t kOffsetKeyVersion = 1;
constexpr int16_t kOffsetKeyOldVersion = 0;
constexpr int16_t kGroupKeyVersion = 2;
constexpr ValueVersions kValueVersions{.max = 4, .flexible_since = 4};
constexpr int16_t kValueVersion = 3;
constexpr int16_t kExpiringValueVersion = 1;

struct OffsetKeyFields {
  std::string_view group{};
  std::string_view topic{};
  int32_t partition = 0;

  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.group, self.topic, self.partition);
  }
};

struct GroupKeyFields {
  std::string_view group{};

  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.group); }
};

struct OffsetFields {
  OffsetValue value{};

  static void Fields(auto& codec, auto& self, int version) {
    auto& value = self.value;
    codec(value.offset);
    if (version >= 3) codec(value.leader_epoch);
    codec(value.metadata, value.commit_ms);
    if (version == 1) codec(value.expire_ms);
    codec.Tagged(0, value.topic_id);
  }
};

struct MemberFields {
  std::string_view id{};
  std::optional<std::string_view> instance_id{};
  std::string_view client_id{};
  std::string_view client_host{};
  int32_t rebalance_timeout_ms = -1;
  int32_t session_timeout_ms = 0;
  wire::OpaqueBytes subscription{};
  wire::OpaqueBytes assignment{};

  static void Fields(auto& codec, auto& self, int version) {
    codec(self.id);
    if (version >= 3) codec(self.instance_id);
    codec(self.client_id, self.client_host);
    if (version >= 1) codec(self.rebalance_timeout_ms);
    codec(self.session_timeout_ms, self.subscription, self.assignment);
  }
};

struct GroupFields {
  std::string_view protocol_type{};
  int32_t generation = 0;
  std::optional<std::string_view> protocol{};
  std::optional<std::string_view> leader{};
  int64_t state_since_ms = -1;
  std::vector<MemberFields> members{};

  static void Fields(auto& codec, auto& self, int version) {
    codec(self.protocol_type, self.generation, self.protocol, self.leader);
    if (version >= 2) codec(self.state_since_ms);
    codec(self.members);
  }
};

MemberRecord RecordOf(const MemberFields& fields) {
  MemberRecord record{.id = std::string(fields.id),
                      .client_id = std::string(fields.client_id),
                      .client_host = std::string(fields.client_host),
                      .rebalance_timeout_ms = fields.rebalance_timeout_ms,
                      .session_timeout_ms = fields.session_timeout_ms};
  if (fields.instance_id) record.instance_id = *fields.instance_id;
  if (record.rebalance_timeout_ms < 0) record.rebalance_timeout_ms = fields.session_timeout_ms;
  record.metadata.assign(fields.subscription.bytes.begin(), fields.subscription.bytes.end());
  record.assignment.assign(fields.assignment.bytes.begin(), fields.assignment.bytes.end());
  return record;
}

MemberFields FieldsOf(const MemberRecord& record) {
  MemberFields fields{.id = record.id,
                      .client_id = record.client_id,
                      .client_host = record.client_host,
                      .rebalance_timeout_ms = record.rebalance_timeout_ms,
                      .session_timeout_ms = record.session_timeout_ms,
                      .subscription = {record.metadata},
                      .assignment = {record.assignment}};
  if (record.instance_id) fields.instance_id = *record.instance_id;
  return fields;
}

}  // namespace

absl::StatusOr<RecordKey> ReadRecordKey(Bytes key) {
  wire::Reader reader(key);
  RecordKey result;
  ASSIGN_OR_RETURN(result.version, ReadVersion("a record's key", reader));
  if (result.version == kOffsetKeyOldVersion || result.version == kOffsetKeyVersion) {
    OffsetKeyFields fields;
    RETURN_IF_ERROR(ReadFields("the key of an offset", reader, result.version, false, fields));
    result.kind = RecordKind::kOffset;
    result.group = fields.group;
    result.topic = fields.topic;
    result.partition = fields.partition;
  } else if (result.version == kGroupKeyVersion) {
    GroupKeyFields fields;
    RETURN_IF_ERROR(ReadFields("the key of a group", reader, result.version, false, fields));
    result.kind = RecordKind::kGroup;
    result.group = fields.group;
  } else if (IsConsumerKey(result.version)) {
    ASSIGN_OR_RETURN(const ConsumerKey consumer, ReadConsumerKey(result.version, reader));
    result.kind = RecordKind::kConsumerGroup;
    result.group = consumer.group;
    result.member = consumer.member;
  }
  return result;
}

absl::StatusOr<Buffer> WriteOffsetKey(std::string_view group, std::string_view topic,
                                      int32_t partition) {
  const OffsetKeyFields fields{group, topic, partition};
  return WriteFields(kOffsetKeyVersion, false, fields);
}

absl::StatusOr<Buffer> WriteGroupKey(std::string_view group) {
  const GroupKeyFields fields{group};
  return WriteFields(kGroupKeyVersion, false, fields);
}

absl::StatusOr<OffsetValue> ReadOffsetValue(Bytes value) {
  OffsetFields fields;
  RETURN_IF_ERROR(ReadValue("the value of an offset", value, kValueVersions, fields));
  return fields.value;
}

absl::StatusOr<Buffer> WriteOffsetValue(const OffsetValue& value) {
  const OffsetFields fields{value};
  const int16_t version = value.expire_ms >= 0 ? kExpiringValueVersion : kValueVersion;
  return WriteFields(version, false, fields);
}

absl::StatusOr<GroupRecord> ReadGroupValue(Bytes value) {
  GroupFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a group", value, kValueVersions, fields));
  GroupRecord record{.protocol_type = std::string(fields.protocol_type),
                     .generation = fields.generation,
                     .state_since_ms = fields.state_since_ms};
  if (fields.protocol) record.protocol = *fields.protocol;
  if (fields.leader) record.leader = *fields.leader;
  record.members.reserve(fields.members.size());
  for (const MemberFields& member : fields.members) record.members.push_back(RecordOf(member));
  return record;
}

absl::StatusOr<Buffer> WriteGroupValue(const GroupRecord& record) {
  GroupFields fields{.protocol_type = record.protocol_type,
                     .generation = record.generation,
                     .state_since_ms = record.state_since_ms};
  if (record.protocol) fields.protocol = *record.protocol;
  if (record.leader) fields.leader = *record.leader;
  fields.members.reserve(record.members.size());
  for (const MemberRecord& member : record.members) fields.members.push_back(FieldsOf(member));
  return WriteFields(kValueVersion, false, fields);
}

}  // namespace varve::coordinator
