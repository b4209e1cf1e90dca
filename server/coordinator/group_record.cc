#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "server/coordinator/group.h"

namespace varve::coordinator {
namespace {

MemberRecord RecordOf(const Member& member) {
  return {.id = member.id,
          .instance_id = member.instance_id,
          .client_id = member.client_id,
          .client_host = member.client_host,
          .rebalance_timeout_ms = member.rebalance_timeout_ms,
          .session_timeout_ms = member.session_timeout_ms};
}

// The record tells of the protocols only the one that was chosen.
Member MemberOf(const MemberRecord& record, std::string_view protocol) {
  const Protocol known{.name = protocol, .metadata = record.metadata};
  return {.id = record.id,
          .instance_id = record.instance_id,
          .client_id = record.client_id,
          .client_host = record.client_host,
          .session_timeout_ms = record.session_timeout_ms,
          .rebalance_timeout_ms = record.rebalance_timeout_ms,
          .protocols = ProtocolList(std::span(&known, 1)),
          .assignment = record.assignment,
          .synced = true};
}

absl::Status CheckIsNew(const MemberRecord& record, const MemberTable& members) {
  if (record.id.empty()) return absl::DataLossError("the group's record has a member without id");
  const bool known = members.Find(record.id) != nullptr ||
                     (record.instance_id && members.FindStatic(*record.instance_id) != nullptr);
  if (!known) return absl::OkStatus();
  return absl::DataLossError(fmt::format("member {} (instance {}) is in the group's record twice",
                                         record.id, record.instance_id.value_or("none")));
}

}  // namespace

GroupRecord Group::ToRecord() const {
  GroupRecord record{.protocol_type = protocol_type_,
                     .generation = generation_,
                     .protocol = protocol_,
                     .state_since_ms = state_since_ms_};
  if (!protocol_ || members_.empty()) return record;
  record.leader = leader_->id;
  record.members.reserve(members_.size());
  for (const auto& [order, member] : members_.ordered()) {
    MemberRecord& each = record.members.emplace_back(RecordOf(*member));
    each.metadata = member->MetadataFor(*protocol_);
    each.assignment = member->assignment;
  }
  return record;
}

GroupRecord Group::Describe() const {
  if (state_ == GroupState::kStable) return ToRecord();
  GroupRecord record{.protocol_type = protocol_type_,
                     .generation = generation_,
                     .state_since_ms = state_since_ms_};
  if (leader_ != nullptr) record.leader = leader_->id;
  for (const auto& [order, member] : members_.ordered()) {
    record.members.push_back(RecordOf(*member));
  }
  return record;
}

absl::StatusOr<Group> Group::Restore(const GroupConfig* config, const GroupRecord& record,
                                     Now now) {
  Group group(config, now);
  group.protocol_type_ = record.protocol_type;
  group.generation_ = record.generation;
  group.state_since_ms_ = record.state_since_ms;
  if (record.members.empty()) return group;
  if (!record.protocol) {
    return absl::DataLossError(
        fmt::format("the group's record has {} members and no protocol", record.members.size()));
  }
  group.protocol_ = record.protocol;
  group.state_ = GroupState::kStable;
  for (const MemberRecord& each : record.members) {
    RETURN_IF_ERROR(CheckIsNew(each, group.members_));
    group.RenewSession(group.members_.Add(MemberOf(each, *record.protocol)), now);
  }
  Member* const leader = group.members_.Find(record.leader.value_or(""));
  group.leader_ = leader ? leader : group.members_.ordered().begin()->second.get();
  Outcome nothing;  // is parked yet
  if (std::cmp_greater(group.members(), config->size_max)) group.PrepareRebalance(now, nothing);
  return group;
}

bool Group::unused() const {
  return state_ == GroupState::kEmpty && generation_ == 0 && pending_.empty();
}

}  // namespace varve::coordinator
