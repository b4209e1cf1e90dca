#include <utility>

#include "server/coordinator/group.h"
#include "server/coordinator/member_rules.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

void Refuse(Token token, ErrorCode error, Outcome& out) {
  SyncAnswer answer;
  answer.error = error;
  out.syncs.push_back({token, std::move(answer)});
}

}  // namespace

// Kafka's order: fenced, unknown, then the generation.
Member* Group::FindClaimant(const MemberClaim& claim, ErrorCode& error) const {
  error = ErrorCode::kCoordinatorNotAvailable;
  if (state_ == GroupState::kDead) return nullptr;
  Member* const member = members_.Find(claim.member_id, claim.instance_id, error);
  if (member == nullptr || claim.generation == generation_) return member;
  error = ErrorCode::kIllegalGeneration;
  return nullptr;
}

ErrorCode Group::CheckSync(const SyncCall& call) const {
  if (Contradicts(call.protocol_type, protocol_type_) || Contradicts(call.protocol, protocol_)) {
    return ErrorCode::kInconsistentGroupProtocol;
  }
  return state_ == GroupState::kPreparingRebalance ? ErrorCode::kRebalanceInProgress
                                                   : ErrorCode::kNone;
}

void Group::Sync(const SyncCall& call, Now now, Outcome& out) {
  ErrorCode error = ErrorCode::kNone;
  Member* const member = FindClaimant(call.claim, error);
  if (member != nullptr) error = CheckSync(call);
  if (error != ErrorCode::kNone) return Refuse(call.token, error, out);
  member->synced = true;
  if (state_ == GroupState::kStable) return AnswerSync(*member, call.token, now, out);
  const auto older = std::exchange(member->sync, call.token);
  if (older) Refuse(*older, ErrorCode::kRebalanceInProgress, out);
  member->session_ends_ms = kNever;
  if (member == leader_ && !storing_) Assign(call.assignments, out);
}

// Members that the leader forgot get nothing, ids that nobody has are passed over. The first
// division of a generation counts, as it is being written.
void Group::Assign(std::span<const MemberAssignment> assignments, Outcome& out) {
  for (const MemberAssignment& each : assignments) {
    if (Member* const member = members_.Find(each.member_id)) {
      member->assignment.assign(each.assignment.begin(), each.assignment.end());
    }
  }
  storing_ = ++last_store_;
  out.store = storing_;
}

void Group::FinishAssignment(ErrorCode error, Now now, Outcome& out) {
  storing_.reset();
  if (error != ErrorCode::kNone) {
    AnswerSyncs(error, now, out);
    return PrepareRebalance(now, out);
  }
  Enter(GroupState::kStable, now);
  AnswerSyncs(ErrorCode::kNone, now, out);
}

void Group::AnswerSyncs(ErrorCode error, Now now, Outcome& out) {
  for (const auto& [order, member] : members_.ordered()) {
    const auto token = std::exchange(member->sync, std::nullopt);
    if (!token) continue;
    if (error == ErrorCode::kNone) {
      AnswerSync(*member, *token, now, out);
    } else {
      Refuse(*token, error, out);
      RenewSession(*member, now);
    }
  }
}

void Group::AnswerSync(Member& member, Token token, Now now, Outcome& out) {
  out.syncs.push_back({token, SyncAnswer{.error = ErrorCode::kNone,
                                         .protocol_type = protocol_type_,
                                         .protocol = protocol_,
                                         .assignment = member.assignment}});
  RenewSession(member, now);
}

ErrorCode Group::Heartbeat(const MemberClaim& claim, Now now) {
  ErrorCode error = ErrorCode::kNone;
  Member* const member = FindClaimant(claim, error);
  if (member == nullptr) return error;
  RenewSession(*member, now);
  return state_ == GroupState::kPreparingRebalance ? ErrorCode::kRebalanceInProgress
                                                   : ErrorCode::kNone;
}

ErrorCode Group::Commit(const MemberClaim& claim, bool transactional, Now now) {
  if (state_ == GroupState::kDead) return ErrorCode::kCoordinatorNotAvailable;
  if (claim.generation < 0 && state_ == GroupState::kEmpty) return ErrorCode::kNone;
  const bool by_member =
      claim.generation >= 0 || !claim.member_id.empty() || claim.instance_id.has_value();
  if (by_member) {
    ErrorCode error = ErrorCode::kNone;
    Member* const member = FindClaimant(claim, error);
    if (member == nullptr) return error;
    RenewSession(*member, now);
  } else if (!transactional) {
    return ErrorCode::kUnknownMemberId;
  }
  return !transactional && state_ == GroupState::kCompletingRebalance
             ? ErrorCode::kRebalanceInProgress
             : ErrorCode::kNone;
}

}  // namespace varve::coordinator
