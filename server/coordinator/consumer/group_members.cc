// Who comes, stays and goes.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/coordinator/consumer/group.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

void Refuse(HeartbeatAnswer& answer, ErrorCode error, std::string message) {
  answer.error = error;
  answer.message = std::move(message);
}

// A member that comes with the epoch before may have missed the answer with the next one; what it
// has must fit.
bool Fenced(const MemberShare& share, const HeartbeatCall& call) {
  if (call.epoch == wire::kJoinEpoch || call.epoch == share.epoch) return false;
  if (call.epoch > share.epoch || call.epoch != share.previous_epoch) return true;
  return !call.owned || !IsSubset(*call.owned, share.assigned);
}

void RefuseUnknown(HeartbeatAnswer& answer, const HeartbeatCall& call) {
  Refuse(answer, ErrorCode::kUnknownMemberId,
         fmt::format("Member {} is not a member of the group.", call.member_id));
}

void RefuseFenced(HeartbeatAnswer& answer, int32_t epoch, const HeartbeatCall& call) {
  Refuse(answer, ErrorCode::kFencedMemberEpoch,
         fmt::format("The member is in epoch {} and not in {}: it must give up its partitions and "
                     "join again.",
                     epoch, call.epoch));
}

void RefuseInstance(HeartbeatAnswer& answer, ErrorCode error, std::string_view owner,
                    const HeartbeatCall& call) {
  Refuse(answer, error,
         fmt::format("Instance id {} belongs to member {}, not to {}.", *call.instance_id, owner,
                     call.member_id));
}

template <typename T>
void SetIfGiven(std::optional<T>& member, const std::optional<std::string_view>& given) {
  if (given) member = T(*given);
}

std::vector<std::string> Ascending(const std::vector<std::string_view>& names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  const auto twice = std::ranges::unique(sorted);
  sorted.erase(twice.begin(), twice.end());
  return sorted;
}

MemberFacts Updated(const MemberFacts& facts, const HeartbeatCall& call) {
  MemberFacts updated = facts;
  SetIfGiven(updated.instance_id, call.instance_id);
  SetIfGiven(updated.rack_id, call.rack_id);
  SetIfGiven(updated.regex, call.regex);
  SetIfGiven(updated.assignor, call.assignor);
  if (updated.regex && updated.regex->empty()) updated.regex.reset();
  if (call.topics) updated.topics = Ascending(*call.topics);
  if (call.rebalance_timeout_ms != -1) updated.rebalance_timeout_ms = call.rebalance_timeout_ms;
  updated.client_id = call.client_id;
  updated.client_host = call.client_host;
  return updated;
}

}  // namespace

ConsumerGroup::Place ConsumerGroup::Admit(const HeartbeatCall& call, HeartbeatAnswer& answer) {
  if (call.instance_id) return AdmitStatic(call, answer);
  const Place found = members_.find(call.member_id);
  if (found == members_.end()) return AdmitNew(call, answer);
  if (!Fenced(found->second.share, call)) return found;
  RefuseFenced(answer, found->second.share.epoch, call);
  return members_.end();
}

ConsumerGroup::Place ConsumerGroup::AdmitStatic(const HeartbeatCall& call,
                                                HeartbeatAnswer& answer) {
  const auto held = static_.find(*call.instance_id);
  if (held == static_.end()) {
    const Place place = members_.find(call.member_id);
    const bool joins_again = place != members_.end() && call.epoch == wire::kJoinEpoch;
    return joins_again ? place : AdmitNew(call, answer);
  }
  const Place owner = members_.find(held->second);
  const MemberShare& share = owner->second.share;
  if (call.epoch == wire::kJoinEpoch && share.epoch == wire::kLeaveForAWhileEpoch) {
    return TakeOver(owner, call.member_id);
  }
  if (owner->first != call.member_id) {
    const bool joins = call.epoch == wire::kJoinEpoch;
    RefuseInstance(answer, joins ? ErrorCode::kUnreleasedInstanceId : ErrorCode::kFencedInstanceId,
                   owner->first, call);
    return members_.end();
  }
  if (!Fenced(share, call)) return owner;
  RefuseFenced(answer, share.epoch, call);
  return members_.end();
}

ConsumerGroup::Place ConsumerGroup::AdmitNew(const HeartbeatCall& call, HeartbeatAnswer& answer) {
  if (call.epoch != wire::kJoinEpoch) {
    RefuseUnknown(answer, call);
    return members_.end();
  }
  if (std::cmp_greater_equal(members_.size(), config_->size_max)) {
    Refuse(answer, ErrorCode::kGroupMaxSizeReached,
           fmt::format("The group has {} members, as many as it may.", members_.size()));
    return members_.end();
  }
  unwritten_.AddMember(call.member_id);
  return members_.try_emplace(std::string(call.member_id)).first;
}

// Under another id, or the same, the member goes on with what it had.
ConsumerGroup::Place ConsumerGroup::TakeOver(Place old, std::string_view member_id) {
  const Place other = members_.find(member_id);
  if (other != members_.end() && other != old) Remove(other);
  ConsumerMember member = std::move(old->second);
  unwritten_.AddMember(old->first);
  members_.erase(old);
  member.share.epoch = 0;
  member.share.previous_epoch = 0;
  static_[*member.facts.instance_id] = member_id;
  unwritten_.AddMember(member_id);
  return members_.insert_or_assign(std::string(member_id), std::move(member)).first;
}

// Whether it reads other topics now.
bool ConsumerGroup::Update(Place place, const HeartbeatCall& call) {
  MemberFacts& facts = place->second.facts;
  MemberFacts updated = Updated(facts, call);
  if (updated == facts) return false;
  const bool resubscribed = updated.topics != facts.topics || updated.regex != facts.regex;
  if (facts.instance_id && facts.instance_id != updated.instance_id) {
    static_.erase(*facts.instance_id);
  }
  if (updated.instance_id) static_[*updated.instance_id] = place->first;
  facts = std::move(updated);
  unwritten_.Add(ConsumerRecord::kMember, place->first);
  if (resubscribed) topics_seen_.reset();
  return resubscribed;
}

HeartbeatAnswer ConsumerGroup::Leave(const HeartbeatCall& call, Now now) {
  HeartbeatAnswer answer;
  answer.member_id = call.member_id;
  answer.epoch = call.epoch;
  Place place = members_.find(call.member_id);
  if (call.instance_id) {
    const auto held = static_.find(*call.instance_id);
    if (held != static_.end() && held->second != call.member_id) {
      RefuseInstance(answer, ErrorCode::kFencedInstanceId, held->second, call);
      return answer;
    }
    if (held == static_.end()) place = members_.end();
  }
  if (place == members_.end()) {
    RefuseUnknown(answer, call);
    return answer;
  }
  if (call.epoch == wire::kLeaveForAWhileEpoch) {
    LeaveForAWhile(place);
    return answer;
  }
  Remove(place);
  LookAtTopics(now);
  RaiseEpoch();
  return answer;
}

// Its partitions wait for it until its session ends.
void ConsumerGroup::LeaveForAWhile(Place place) {
  MemberShare share = place->second.share;
  share.epoch = wire::kLeaveForAWhileEpoch;
  share.pending_revocation.clear();
  place->second.revoked_by_ms = kNever;
  SetShare(place, std::move(share));
}

void ConsumerGroup::Remove(Place place) {
  Count(place->second.share, -1);
  const std::optional<std::string>& instance = place->second.facts.instance_id;
  if (instance) static_.erase(*instance);
  unwritten_.AddMember(place->first);
  topics_seen_.reset();
  members_.erase(place);
}

}  // namespace varve::coordinator
