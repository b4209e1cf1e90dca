#include "server/coordinator/consumer/records.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "server/coordinator/record_codec.h"

namespace varve::coordinator {
namespace {

constexpr ValueVersions kVersions{.max = 0, .flexible_since = 0};
constexpr int16_t kVersion = 0;

struct GroupKeyFields {
  std::string_view group{};
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.group); }
};

struct MemberKeyFields {
  std::string_view group{};
  std::string_view member{};
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.group, self.member); }
};

bool IsOfMember(ConsumerRecord kind) {
  return kind != ConsumerRecord::kGroup && kind != ConsumerRecord::kTopics &&
         kind != ConsumerRecord::kTargetEpoch;
}

struct EpochFields {
  GroupEpoch value{};
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.value.epoch);
    codec.Tagged(0, self.value.topics_hash);
  }
};

// Members that speak the classic protocol, as Kafka lets them into such groups.
struct ClassicProtocolFields {
  std::string_view name{};
  wire::OpaqueBytes metadata{};
  bool operator==(const ClassicProtocolFields&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name, self.metadata); }
};
struct ClassicFields {
  int32_t session_timeout_ms = 0;
  std::vector<ClassicProtocolFields> protocols{};
  bool operator==(const ClassicFields&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.session_timeout_ms, self.protocols);
  }
};

struct MemberFields {
  MemberFacts facts{};
  std::optional<ClassicFields> classic{};
  static void Fields(auto& codec, auto& self, int /*version*/) {
    auto& facts = self.facts;
    codec(facts.instance_id, facts.rack_id, facts.client_id, facts.client_host, facts.topics,
          facts.regex, facts.rebalance_timeout_ms, facts.assignor);
    codec.Tagged(0, self.classic, ClassicFields());  // null has to be said
  }
};

struct NumberFields {
  int32_t value = 0;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.value); }
};

struct TopicFields {
  Uuid topic{};
  std::vector<int32_t> partitions{};
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.topic, self.partitions);
  }
};

struct TargetFields {
  std::vector<TopicFields> topics{};
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.topics); }
};

struct ShareFields {
  int32_t epoch = 0;
  int32_t previous_epoch = 0;
  int8_t state = 0;
  std::vector<TopicFields> assigned{};
  std::vector<TopicFields> pending_revocation{};
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.epoch, self.previous_epoch, self.state, self.assigned, self.pending_revocation);
  }
};

struct ExpressionFields {
  Resolved value{};
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.value.topics, self.value.version, self.value.at_ms);
  }
};

std::vector<TopicFields> FieldsOf(const Assignment& assignment) {
  std::vector<TopicFields> topics;
  ForEachTopic(assignment, [&](const Uuid& topic, std::vector<int32_t> partitions) {
    topics.push_back({topic, std::move(partitions)});
  });
  return topics;
}

Assignment AssignmentOf(const std::vector<TopicFields>& topics) {
  std::vector<TopicPartition> partitions;
  for (const TopicFields& topic : topics) {
    for (const int32_t each : topic.partitions) partitions.push_back({topic.topic, each});
  }
  return ToAssignment(std::move(partitions));
}

void MakeAscending(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
}

absl::StatusOr<MemberFacts> ReadMember(Bytes value) {
  MemberFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a member", value, kVersions, fields));
  MakeAscending(fields.facts.topics);
  if (fields.facts.regex == "")
    fields.facts.regex.reset();  // librdkafka's "none", as Kafka keeps it
  return std::move(fields.facts);
}

absl::StatusOr<MemberShare> ReadShare(Bytes value) {
  ShareFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a member's share", value, kVersions, fields));
  if (fields.state < 0 || fields.state > static_cast<int8_t>(ReconcileState::kUnreleasedPartitions))
    return absl::DataLossError(fmt::format("a member's state {}; 0 to 2 are known", fields.state));
  return MemberShare{.epoch = fields.epoch,
                     .previous_epoch = fields.previous_epoch,
                     .state = static_cast<ReconcileState>(fields.state),
                     .assigned = AssignmentOf(fields.assigned),
                     .pending_revocation = AssignmentOf(fields.pending_revocation)};
}

absl::StatusOr<Assignment> ReadTarget(Bytes value) {
  TargetFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a target", value, kVersions, fields));
  return AssignmentOf(fields.topics);
}

absl::StatusOr<int32_t> ReadTargetEpoch(Bytes value) {
  NumberFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a target's epoch", value, kVersions, fields));
  return fields.value;
}

absl::StatusOr<GroupEpoch> ReadGroupEpoch(Bytes value) {
  EpochFields fields;
  RETURN_IF_ERROR(ReadValue("the value of a group's epoch", value, kVersions, fields));
  return fields.value;
}

absl::StatusOr<Resolved> ReadExpression(Bytes value) {
  ExpressionFields fields;
  RETURN_IF_ERROR(ReadValue("the value of an expression", value, kVersions, fields));
  MakeAscending(fields.value.topics);
  return std::move(fields.value);
}

}  // namespace

bool IsConsumerKey(int16_t version) { return (version >= 3 && version <= 8) || version == 16; }

absl::StatusOr<ConsumerKey> ReadConsumerKey(int16_t version, wire::Reader& reader) {
  if (!IsOfMember(static_cast<ConsumerRecord>(version))) {
    GroupKeyFields fields;
    RETURN_IF_ERROR(ReadFields("the key of a group", reader, version, false, fields));
    return ConsumerKey{fields.group, {}};
  }
  MemberKeyFields fields;
  RETURN_IF_ERROR(ReadFields("the key of a member", reader, version, false, fields));
  return ConsumerKey{fields.group, fields.member};
}

absl::StatusOr<Buffer> WriteConsumerKey(ConsumerRecord kind, const ConsumerKey& key) {
  const auto version = static_cast<int16_t>(kind);
  if (!IsOfMember(kind)) return WriteFields(version, false, GroupKeyFields{key.group});
  return WriteFields(version, false, MemberKeyFields{key.group, key.member});
}

absl::StatusOr<Buffer> WriteGroupEpoch(const GroupEpoch& value) {
  return WriteFields(kVersion, true, EpochFields{value});
}

absl::StatusOr<Buffer> WriteMember(const MemberFacts& facts) {
  return WriteFields(kVersion, true, MemberFields{facts, {}});
}

absl::StatusOr<Buffer> WriteTargetEpoch(int32_t epoch) {
  return WriteFields(kVersion, true, NumberFields{epoch});
}

absl::StatusOr<Buffer> WriteTarget(const Assignment& share) {
  return WriteFields(kVersion, true, TargetFields{FieldsOf(share)});
}

absl::StatusOr<Buffer> WriteShare(const MemberShare& share) {
  const ShareFields fields{.epoch = share.epoch,
                           .previous_epoch = share.previous_epoch,
                           .state = static_cast<int8_t>(share.state),
                           .assigned = FieldsOf(share.assigned),
                           .pending_revocation = FieldsOf(share.pending_revocation)};
  return WriteFields(kVersion, true, fields);
}

absl::StatusOr<Buffer> WriteExpression(const Resolved& value) {
  return WriteFields(kVersion, true, ExpressionFields{value});
}

bool StoredConsumerGroup::has_members() const {
  return std::ranges::any_of(members,
                             [](const auto& each) { return each.second.facts.has_value(); });
}

absl::Status StoredConsumerGroup::Apply(int16_t key_version, std::string_view member,
                                        std::optional<Bytes> value) {
  const auto kind = static_cast<ConsumerRecord>(key_version);
  if (value) return Set(kind, std::string(member), *value);
  Remove(kind, member);
  return absl::OkStatus();
}

absl::Status StoredConsumerGroup::Set(ConsumerRecord kind, const std::string& member, Bytes value) {
  switch (kind) {
    case ConsumerRecord::kGroup: {
      ASSIGN_OR_RETURN(epoch, ReadGroupEpoch(value));
      break;
    }
    case ConsumerRecord::kTopics:
      has_topics_record = true;
      break;
    case ConsumerRecord::kMember: {
      ASSIGN_OR_RETURN(members[member].facts, ReadMember(value));
      break;
    }
    case ConsumerRecord::kTargetEpoch: {
      ASSIGN_OR_RETURN(target_epoch, ReadTargetEpoch(value));
      break;
    }
    case ConsumerRecord::kTarget: {
      ASSIGN_OR_RETURN(members[member].target, ReadTarget(value));
      break;
    }
    case ConsumerRecord::kShare: {
      ASSIGN_OR_RETURN(members[member].share, ReadShare(value));
      break;
    }
    case ConsumerRecord::kExpression: {
      ASSIGN_OR_RETURN(expressions[member], ReadExpression(value));
      break;
    }
  }
  return absl::OkStatus();
}

void StoredConsumerGroup::Remove(ConsumerRecord kind, std::string_view member) {
  const auto found = members.find(member);
  if (kind == ConsumerRecord::kGroup) epoch.reset();
  if (kind == ConsumerRecord::kTopics) has_topics_record = false;
  if (kind == ConsumerRecord::kTargetEpoch) target_epoch = 0;
  if (kind == ConsumerRecord::kExpression) {
    if (const auto at = expressions.find(member); at != expressions.end()) expressions.erase(at);
  } else if (found != members.end()) {
    if (kind == ConsumerRecord::kTarget) found->second.target.clear();
    if (kind == ConsumerRecord::kShare) found->second.share = {};
    if (kind == ConsumerRecord::kMember) members.erase(found);
  }
}

}  // namespace varve::coordinator
