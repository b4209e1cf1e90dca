#include <utility>

#include "server/coordinator/group.h"
#include "server/coordinator/member_rules.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

void Refuse(const JoinCall& call, ErrorCode error, std::string_view member_id, Outcome& out) {
  JoinAnswer answer;
  answer.error = error;
  answer.member_id = member_id;
  out.joins.push_back({call.token, std::move(answer)});
}

std::optional<std::string> Copy(const std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

void Group::Join(const JoinCall& call, Now now, Outcome& out) {
  if (state_ == GroupState::kDead) {
    return Refuse(call, ErrorCode::kCoordinatorNotAvailable, call.member_id, out);
  }
  const ErrorCode error = CheckSessionTimeout(call.session_timeout_ms, *config_);
  if (error != ErrorCode::kNone) return Refuse(call, error, call.member_id, out);
  if (!HasRoomFor(call)) return TurnAway(call, now, out);
  ProtocolList protocols(call.protocols);
  if (!Accepts(call, protocols)) {
    return Refuse(call, ErrorCode::kInconsistentGroupProtocol, call.member_id, out);
  }
  if (call.member_id.empty()) return JoinNew(call, std::move(protocols), now, out);
  JoinKnown(call, std::move(protocols), now, out);
}

// While a rebalance is prepared those count who have joined for it: members that were there
// before may not come back. A member that takes over a static one needs no room of its own, where
// Kafka turns it away from a full group.
bool Group::HasRoomFor(const JoinCall& call) const {
  const auto size_max = static_cast<size_t>(config_->size_max);
  const Member* member = members_.Find(call.member_id);
  if (call.member_id.empty() && call.instance_id) member = members_.FindStatic(*call.instance_id);
  if (state_ == GroupState::kEmpty) return true;
  if (state_ == GroupState::kPreparingRebalance) {
    return (member != nullptr && member->join) || members_.joins_parked() < size_max;
  }
  return member != nullptr || members_.size() < size_max;
}

// One type for all members, and a protocol that all know.
bool Group::Accepts(const JoinCall& call, const ProtocolList& protocols) const {
  if (call.protocol_type.empty() || protocols.empty()) return false;
  if (state_ == GroupState::kEmpty) return true;
  return call.protocol_type == protocol_type_ && members_.SupportAnyOf(protocols);
}

// Too many: also one that belonged to the group until now has to go.
void Group::TurnAway(const JoinCall& call, Now now, Outcome& out) {
  pending_.Erase(call.member_id);
  ErrorCode error = ErrorCode::kNone;
  Member* const member = members_.Find(call.member_id, call.instance_id, error);
  if (member != nullptr) RemoveMember(*member, ErrorCode::kGroupMaxSizeReached, out);
  Refuse(call, ErrorCode::kGroupMaxSizeReached, {}, out);
  CompleteIfAllJoined(now, out);
}

void Group::JoinNew(const JoinCall& call, ProtocolList protocols, Now now, Outcome& out) {
  std::string id = NewMemberId(call.instance_id.value_or(call.client_id), call.fresh_id);
  if (call.instance_id) {
    if (Member* const old = members_.FindStatic(*call.instance_id)) {
      return TakeOver(*old, std::move(id), call, std::move(protocols), now, out);
    }
  } else if (call.member_id_required) {
    Refuse(call, ErrorCode::kMemberIdRequired, id, out);
    const int64_t ends_ms = now.mono_ms + call.session_timeout_ms;
    pending_.Add(std::move(id), ends_ms);
    return Expect(ends_ms);
  }
  AddMember(std::move(id), call, std::move(protocols), now, out);
}

void Group::JoinKnown(const JoinCall& call, ProtocolList protocols, Now now, Outcome& out) {
  if (!call.instance_id && pending_.Contains(call.member_id)) {
    return AddMember(std::string(call.member_id), call, std::move(protocols), now, out);
  }
  ErrorCode error = ErrorCode::kNone;
  Member* const member = members_.Find(call.member_id, call.instance_id, error);
  if (member == nullptr) return Refuse(call, error, call.member_id, out);
  if (ChangesNothing(*member, protocols)) {
    out.joins.push_back({call.token, CurrentGeneration(*member)});
    return RenewSession(*member, now);
  }
  Rejoin(*member, call, std::move(protocols), out);
  RebalanceOrComplete(now, out);
}

// A member that asks again because an answer was lost gets it again. A leader that joins a stable
// group wants the work divided anew: there may be other topics.
bool Group::ChangesNothing(const Member& member, const ProtocolList& protocols) const {
  if (member.protocols != protocols) return false;
  return state_ == GroupState::kCompletingRebalance ||
         (state_ == GroupState::kStable && &member != leader_);
}

void Group::AddMember(std::string id, const JoinCall& call, ProtocolList protocols, Now now,
                      Outcome& out) {
  if (members_.empty()) protocol_type_ = call.protocol_type;
  pending_.Erase(id);
  Member& member = members_.Add({.id = std::move(id),
                                 .instance_id = Copy(call.instance_id),
                                 .client_id = std::string(call.client_id),
                                 .client_host = std::string(call.client_host),
                                 .is_new = true});
  if (leader_ == nullptr) leader_ = &member;
  Rejoin(member, call, std::move(protocols), out);
  member.session_ends_ms = now.mono_ms + kNewMemberWaitMs;
  Expect(member.session_ends_ms);
  newcomer_ = true;
  RebalanceOrComplete(now, out);
}

// Takes what the call says about the member, and parks it.
void Group::Rejoin(Member& member, const JoinCall& call, ProtocolList protocols, Outcome& out) {
  members_.SetProtocols(member, std::move(protocols));
  member.session_timeout_ms = call.session_timeout_ms;
  member.rebalance_timeout_ms = call.rebalance_timeout_ms;
  if (!member.is_new) member.session_ends_ms = kNever;
  const auto older = members_.SetJoin(member, call.token);
  if (!older) return;
  JoinAnswer answer;
  answer.error = ErrorCode::kRebalanceInProgress;
  answer.member_id = member.id;
  out.joins.push_back({*older, std::move(answer)});
}

JoinAnswer Group::CurrentGeneration(const Member& member) const {
  JoinAnswer answer{.generation = generation_,
                    .protocol_type = protocol_type_,
                    .protocol = protocol_,
                    .leader = leader_->id,
                    .member_id = member.id};
  if (&member != leader_) return answer;
  answer.members.reserve(members_.size());
  for (const auto& [order, each] : members_.ordered()) {
    answer.members.push_back({each->id, each->instance_id, each->MetadataFor(*protocol_)});
  }
  return answer;
}

}  // namespace varve::coordinator
