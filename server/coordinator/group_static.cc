#include <algorithm>
#include <utility>

#include "server/coordinator/group.h"

namespace varve::coordinator {

using wire::ErrorCode;

// The new process takes the old one's place: its assignment too, if the group is stable and would
// choose the same protocol again. What the member says about itself in that protocol may have
// changed: Kafka does not look at it here, and a restarted member's differs always, as it owns
// nothing yet. A client that finds topics missing in its assignment joins again.
void Group::TakeOver(Member& member, std::string id, const JoinCall& call, ProtocolList protocols,
                     Now now, Outcome& out) {
  Takeover takeover{.member_id = id,
                    .leader_before = leader_->id,
                    .can_skip_assignment = call.can_skip_assignment};
  Fence(member, out);
  members_.Rename(member, std::move(id));
  member.client_id = call.client_id;
  member.client_host = call.client_host;
  member.is_new = false;
  member.synced = true;
  Rejoin(member, call, std::move(protocols), out);
  if (state_ != GroupState::kStable || members_.ChooseProtocol() != protocol_) {
    // The leader may be dividing the work already, and does not know the new id.
    return RebalanceOrComplete(now, out);
  }
  takeover.store = ++last_store_;
  out.store = takeover.store;
  takeovers_.push_back(std::move(takeover));
}

void Group::Fence(Member& member, Outcome& out) {
  if (const auto token = members_.SetJoin(member, std::nullopt)) {
    JoinAnswer answer;
    answer.error = ErrorCode::kFencedInstanceId;
    answer.member_id = member.id;
    out.joins.push_back({*token, std::move(answer)});
  }
  if (const auto token = std::exchange(member.sync, std::nullopt)) {
    SyncAnswer answer;
    answer.error = ErrorCode::kFencedInstanceId;
    out.syncs.push_back({*token, std::move(answer)});
  }
}

void Group::Stored(StoreId id, ErrorCode error, Now now, Outcome& out) {
  if (storing_ == id) return FinishAssignment(error, now, out);
  const auto found = std::ranges::find(takeovers_, id, &Takeover::store);
  if (found == takeovers_.end()) return;
  const Takeover takeover = std::move(*found);
  takeovers_.erase(found);
  FinishTakeover(takeover, error, now, out);
}

// If a rebalance has begun meanwhile, the join is part of it. If the writing failed, the member
// comes again and takes over once more; unlike in Kafka the old id stays fenced.
void Group::FinishTakeover(const Takeover& takeover, ErrorCode error, Now now, Outcome& out) {
  Member* const member = members_.Find(takeover.member_id);
  if (state_ != GroupState::kStable || member == nullptr || !member->join) return;
  JoinAnswer answer;
  if (error != ErrorCode::kNone) {
    answer.error = error;
  } else {
    answer = CurrentGeneration(*member);
    answer.skip_assignment = takeover.can_skip_assignment && member == leader_;
  }
  if (error == ErrorCode::kNone && !takeover.can_skip_assignment) {
    // An older client that finds itself the leader would divide the work, so it is told the
    // leader's former id.
    answer.leader = takeover.leader_before;
    answer.members.clear();
  }
  out.joins.push_back({*members_.SetJoin(*member, std::nullopt), std::move(answer)});
  RenewSession(*member, now);
}

}  // namespace varve::coordinator
