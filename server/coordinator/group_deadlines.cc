#include <algorithm>

#include "server/coordinator/group.h"

namespace varve::coordinator {

using wire::ErrorCode;

int64_t Group::next_deadline_ms() const {
  return std::min({session_deadline_ms_, join_deadline_ms_, sync_deadline_ms_});
}

void Group::OnDeadline(Now now, Outcome& out) {
  if (now.mono_ms >= session_deadline_ms_) ExpireSessions(now, out);
  if (now.mono_ms >= join_deadline_ms_) EndJoinPhase(now, out);
  if (now.mono_ms >= sync_deadline_ms_) RemoveUnsynced(now, out);
}

// A member's session only moves its own end: when the earliest that was known has come, all are
// looked at once, and the earliest of now is found.
void Group::ExpireSessions(Now now, Outcome& out) {
  const bool pending_gone = pending_.Expire(now.mono_ms);
  session_deadline_ms_ = pending_.earliest_end_ms();
  const auto is_over = [&](const Member& member) {
    if (member.session_ends_ms <= now.mono_ms) return true;
    Expect(member.session_ends_ms);
    return false;
  };
  const std::vector<Member*> gone = members_.Where(is_over);
  for (Member* const member : gone) RemoveMember(*member, ErrorCode::kUnknownMemberId, out);
  if (!gone.empty()) {
    RebalanceOrComplete(now, out);
  } else if (pending_gone) {
    CompleteIfAllJoined(now, out);
  }
}

// The initial delay goes on while members come, but not longer than a rebalance may take.
void Group::EndJoinPhase(Now now, Outcome& out) {
  if (!initial_ || !newcomer_ || now.mono_ms >= initial_ends_ms_) return CompleteJoin(now, out);
  newcomer_ = false;
  join_deadline_ms_ = std::min(now.mono_ms + config_->initial_rebalance_delay_ms, initial_ends_ms_);
}

// Of a leader that never syncs the others must not wait for ever; and who does not ask for its
// assignment is not at work.
void Group::RemoveUnsynced(Now now, Outcome& out) {
  sync_deadline_ms_ = kNever;
  const std::vector<Member*> silent =
      members_.Where([](const Member& member) { return !member.synced; });
  if (silent.empty()) return;
  for (Member* const member : silent) RemoveMember(*member, ErrorCode::kUnknownMemberId, out);
  PrepareRebalance(now, out);
}

// Not while a request is parked: then the member waits for us, and not the other way round.
void Group::RenewSession(Member& member, Now now) {
  if (member.parked()) return;
  member.session_ends_ms = now.mono_ms + member.session_timeout_ms;
  Expect(member.session_ends_ms);
}

void Group::Expect(int64_t deadline_ms) {
  session_deadline_ms_ = std::min(session_deadline_ms_, deadline_ms);
}

}  // namespace varve::coordinator
