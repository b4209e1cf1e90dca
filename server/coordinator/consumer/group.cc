#include "server/coordinator/consumer/group.h"

#include <utility>

#include "server/coordinator/consumer/reconcile.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

// Members give all of this when they join, and again when they have missed an answer: they do not
// know what they have then.
bool IsFull(const HeartbeatCall& call) {
  if (call.epoch == wire::kJoinEpoch) return true;
  return call.rebalance_timeout_ms != -1 && (call.topics || call.regex) && call.owned;
}

}  // namespace

ConsumerGroup ConsumerGroup::Restore(const ConsumerConfig* config, const TopicCatalog* topics,
                                     StoredConsumerGroup stored, Now now) {
  ConsumerGroup group(config, topics);
  if (stored.epoch) group.epoch_ = *stored.epoch;
  group.target_epoch_ = stored.target_epoch;
  group.has_topics_record_ = stored.has_topics_record;
  group.expressions_ = std::move(stored.expressions);
  for (auto& [id, member] : stored.members) {
    if (!member.facts) continue;
    ConsumerMember& added = group.members_[id];
    added.facts = *std::move(member.facts);
    added.share = std::move(member.share);
    added.target = std::move(member.target);
    added.session_ends_ms = now.mono_ms + config->session_timeout_ms;
    if (added.share.state == ReconcileState::kUnrevokedPartitions) {
      added.revoked_by_ms = now.mono_ms + added.facts.rebalance_timeout_ms;
    }
    group.Expect(std::min(added.session_ends_ms, added.revoked_by_ms));
    group.Count(added.share, 1);
    if (added.facts.instance_id) group.static_[*added.facts.instance_id] = id;
  }
  return group;
}

HeartbeatAnswer ConsumerGroup::Heartbeat(const HeartbeatCall& call, Now now) {
  if (call.epoch < wire::kJoinEpoch) return Leave(call, now);
  HeartbeatAnswer answer;
  const Place place = Admit(call, answer);
  if (place == members_.end()) return answer;
  const Assignment before = place->second.share.assigned;
  const bool resubscribed = Update(place, call);
  const bool other_topics = LookAtTopics(now);
  if (resubscribed || other_topics) RaiseEpoch();
  if (epoch_.epoch > target_epoch_) Divide();
  Advance(place, call, now);
  ConsumerMember& member = place->second;
  member.session_ends_ms = now.mono_ms + config_->session_timeout_ms;
  Expect(member.session_ends_ms);
  answer.member_id = place->first;
  answer.epoch = member.share.epoch;
  answer.heartbeat_interval_ms = config_->heartbeat_interval_ms;
  if (IsFull(call) || member.share.assigned != before) answer.assignment = member.share.assigned;
  return answer;
}

void ConsumerGroup::Advance(Place place, const HeartbeatCall& call, Now now) {
  ConsumerMember& member = place->second;
  if (member.share.reconciled(target_epoch_)) return;
  const auto is_taken = [&](const TopicPartition& each) { return IsTaken(each); };
  MemberShare next = Reconcile(member.share, {target_epoch_, member.target}, call.owned, is_taken);
  if (next == member.share) return;
  SetShare(place, std::move(next));
  member.revoked_by_ms = kNever;
  if (member.share.state != ReconcileState::kUnrevokedPartitions) return;
  member.revoked_by_ms = now.mono_ms + member.facts.rebalance_timeout_ms;
  Expect(member.revoked_by_ms);
}

void ConsumerGroup::SetShare(Place place, MemberShare share) {
  Count(place->second.share, -1);
  place->second.share = std::move(share);
  Count(place->second.share, 1);
  unwritten_.Add(ConsumerRecord::kShare, place->first);
}

// After a write that failed, two may have the same partition in the log.
void ConsumerGroup::Count(const MemberShare& share, int32_t change) {
  for (const Assignment* const some : {&share.assigned, &share.pending_revocation}) {
    for (const TopicPartition& each : *some) {
      int32_t& count = taken_[each];
      count += change;
      if (count <= 0) taken_.erase(each);
    }
  }
}

// A session that was renewed is found when the earliest that was known has come.
void ConsumerGroup::OnDeadline(Now now) {
  if (now.mono_ms < deadline_ms_) return;
  deadline_ms_ = kNever;
  bool gone = false;
  for (Place at = members_.begin(); at != members_.end();) {
    const Place place = at++;
    const int64_t ends_ms = std::min(place->second.session_ends_ms, place->second.revoked_by_ms);
    if (ends_ms > now.mono_ms) {
      Expect(ends_ms);
      continue;
    }
    Remove(place);
    gone = true;
  }
  if (!gone) return;
  LookAtTopics(now);
  RaiseEpoch();
}

ErrorCode ConsumerGroup::CheckCommit(const MemberClaim& claim, bool knows_epochs) const {
  if (claim.generation < 0 && empty()) return ErrorCode::kNone;
  const auto found = members_.find(claim.member_id);
  if (found == members_.end()) return ErrorCode::kUnknownMemberId;
  if (!knows_epochs) return ErrorCode::kUnsupportedVersion;
  return claim.generation == found->second.share.epoch ? ErrorCode::kNone
                                                       : ErrorCode::kStaleMemberEpoch;
}

ErrorCode ConsumerGroup::CheckFetch(std::string_view member_id, int32_t epoch) const {
  const auto found = members_.find(member_id);
  if (found == members_.end()) return ErrorCode::kUnknownMemberId;
  return epoch == found->second.share.epoch ? ErrorCode::kNone : ErrorCode::kStaleMemberEpoch;
}

ConsumerState ConsumerGroup::state() const {
  if (empty()) return ConsumerState::kEmpty;
  if (epoch_.epoch > target_epoch_) return ConsumerState::kAssigning;
  for (const auto& [id, member] : members_) {
    if (!member.share.reconciled(target_epoch_)) return ConsumerState::kReconciling;
  }
  return ConsumerState::kStable;
}

TopicSet ConsumerGroup::SubscribedTopics() const {
  TopicSet names;
  for (const auto& [id, member] : members_) AddTopicsOf(member, names);
  return names;
}

ConsumerGroupDescription ConsumerGroup::Describe() const {
  ConsumerGroupDescription description{.state = state(),
                                       .epoch = epoch_.epoch,
                                       .target_epoch = target_epoch_,
                                       .assignor = Name(ChosenAssignor())};
  description.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    description.members.push_back(
        {id, member.facts, member.share.epoch, member.share.assigned, member.target});
  }
  return description;
}

}  // namespace varve::coordinator
