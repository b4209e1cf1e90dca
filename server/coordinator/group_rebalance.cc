#include <algorithm>
#include <utility>

#include "server/coordinator/group.h"
#include "server/coordinator/member_rules.h"

namespace varve::coordinator {

using wire::ErrorCode;

void Group::Enter(GroupState state, Now now) {
  state_ = state;
  state_since_ms_ = now.wall_ms;
}

void Group::RebalanceOrComplete(Now now, Outcome& out) {
  if (state_ == GroupState::kPreparingRebalance) return CompleteIfAllJoined(now, out);
  PrepareRebalance(now, out);
}

// All members have to join again. A group that was empty waits a little, so that members that are
// started together are one generation and not many (KIP-134).
void Group::PrepareRebalance(Now now, Outcome& out) {
  AnswerSyncs(ErrorCode::kRebalanceInProgress, now, out);
  storing_.reset();
  sync_deadline_ms_ = kNever;
  initial_ = state_ == GroupState::kEmpty;
  Enter(GroupState::kPreparingRebalance, now);
  if (!initial_) return CompleteIfAllJoined(now, out);
  const int64_t delay_ms = config_->initial_rebalance_delay_ms;
  if (delay_ms <= 0) return CompleteJoin(now, out);
  newcomer_ = false;
  join_deadline_ms_ = now.mono_ms + delay_ms;
  initial_ends_ms_ = now.mono_ms + std::max(delay_ms, members_.RebalanceTimeoutMs());
}

void Group::CompleteIfAllJoined(Now now, Outcome& out) {
  if (state_ != GroupState::kPreparingRebalance || initial_) return;
  if (members_.joins_parked() == members_.size() && pending_.empty()) {
    CompleteJoin(now, out);
  } else if (join_deadline_ms_ == kNever) {
    join_deadline_ms_ = now.mono_ms + members_.RebalanceTimeoutMs();
  }
}

// Those who have not come are out, except static members: only the end of their session tells
// that they do not come back. If nobody has come and some may yet, the wait goes on.
void Group::CompleteJoin(Now now, Outcome& out) {
  initial_ = false;
  join_deadline_ms_ = kNever;
  const auto is_late = [](const Member& member) { return !member.join && !member.is_static(); };
  for (Member* const member : members_.Where(is_late)) {
    RemoveMember(*member, ErrorCode::kUnknownMemberId, out);
  }
  if (members_.empty()) return BecomeEmpty(now, out);
  if (ElectLeader()) return BeginGeneration(now, out);
  join_deadline_ms_ = now.mono_ms + members_.RebalanceTimeoutMs();
}

// The leader stays if it has joined, else the oldest member that has. Whether there is one.
bool Group::ElectLeader() {
  if (leader_->join) return true;
  for (const auto& [order, member] : members_.ordered()) {
    if (!member->join) continue;
    leader_ = member.get();
    return true;
  }
  return false;
}

void Group::BecomeEmpty(Now now, Outcome& out) {
  generation_ = NextGeneration(generation_);
  protocol_.reset();
  Enter(GroupState::kEmpty, now);
  out.store = ++last_store_;
}

void Group::BeginGeneration(Now now, Outcome& out) {
  generation_ = NextGeneration(generation_);
  protocol_ = members_.ChooseProtocol();
  Enter(GroupState::kCompletingRebalance, now);
  sync_deadline_ms_ = now.mono_ms + members_.RebalanceTimeoutMs();
  for (const auto& [order, member] : members_.ordered()) {
    member->is_new = false;
    member->synced = false;
    member->assignment = Buffer();
    const auto token = members_.SetJoin(*member, std::nullopt);
    if (!token) continue;
    out.joins.push_back({*token, CurrentGeneration(*member)});
    RenewSession(*member, now);
  }
}

// Its parked requests get `error`. The caller rebalances.
void Group::RemoveMember(Member& member, ErrorCode error, Outcome& out) {
  if (const auto token = members_.SetJoin(member, std::nullopt)) {
    JoinAnswer answer;
    answer.error = error;
    out.joins.push_back({*token, std::move(answer)});
  }
  if (const auto token = std::exchange(member.sync, std::nullopt)) {
    SyncAnswer answer;
    answer.error = error;
    out.syncs.push_back({*token, std::move(answer)});
  }
  const bool was_leader = &member == leader_;
  members_.Remove(member);
  if (!was_leader) return;
  leader_ = members_.empty() ? nullptr : members_.ordered().begin()->second.get();
}

}  // namespace varve::coordinator
