#include "server/coordinator/group.h"

namespace varve::coordinator {

using wire::ErrorCode;

// An administrator removes static members by their instance ids alone. An id that is only pending
// may leave as well; no member has to join again because of it.
std::vector<ErrorCode> Group::Leave(std::span<const Leaver> leavers, Now now, Outcome& out) {
  if (state_ == GroupState::kDead) {
    return std::vector(leavers.size(), ErrorCode::kCoordinatorNotAvailable);
  }
  std::vector<ErrorCode> errors;
  errors.reserve(leavers.size());
  const size_t members_before = members_.size();
  for (const Leaver& leaver : leavers) {
    ErrorCode error = ErrorCode::kNone;
    Member* member = nullptr;
    if (leaver.member_id.empty()) {
      member = leaver.instance_id ? members_.FindStatic(*leaver.instance_id) : nullptr;
      if (member == nullptr) error = ErrorCode::kUnknownMemberId;
    } else if (!pending_.Erase(leaver.member_id)) {
      member = members_.Find(leaver.member_id, leaver.instance_id, error);
    }
    if (member != nullptr) RemoveMember(*member, ErrorCode::kUnknownMemberId, out);
    errors.push_back(error);
  }
  if (members_.size() < members_before) {
    RebalanceOrComplete(now, out);
  } else {
    CompleteIfAllJoined(now, out);
  }
  return errors;
}

ErrorCode Group::CheckDelete() const {
  if (state_ == GroupState::kDead) return ErrorCode::kGroupIdNotFound;
  return state_ == GroupState::kEmpty ? ErrorCode::kNone : ErrorCode::kNonEmptyGroup;
}

void Group::Drop(ErrorCode error, Now now, Outcome& out) {
  for (Member* const member : members_.Where([](const Member&) { return true; })) {
    RemoveMember(*member, error, out);
  }
  pending_ = PendingMembers();
  takeovers_.clear();
  storing_.reset();
  join_deadline_ms_ = sync_deadline_ms_ = session_deadline_ms_ = kNever;
  Enter(GroupState::kDead, now);
}

}  // namespace varve::coordinator
