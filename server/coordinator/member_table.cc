#include "server/coordinator/member_table.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace varve::coordinator {

using wire::ErrorCode;

Member* MemberTable::Find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Member* MemberTable::FindStatic(std::string_view instance_id) const {
  const auto found = by_instance_.find(instance_id);
  return found == by_instance_.end() ? nullptr : found->second;
}

Member* MemberTable::Find(std::string_view id, const std::optional<std::string_view>& instance_id,
                          ErrorCode& error) const {
  Member* const member = Find(id);
  const Member* const holder = instance_id ? FindStatic(*instance_id) : member;
  error = ErrorCode::kNone;
  if (holder == nullptr) {
    error = ErrorCode::kUnknownMemberId;
  } else if (holder != member) {
    error = ErrorCode::kFencedInstanceId;
  }
  return error == ErrorCode::kNone ? member : nullptr;
}

Member& MemberTable::Add(Member member) {
  member.order = next_order_++;
  auto& slot = ordered_[member.order];
  slot = std::make_unique<Member>(std::move(member));
  VARVE_CHECK(by_id_.emplace(slot->id, slot.get()).second, "{} is a member already", slot->id);
  if (slot->is_static()) by_instance_.emplace(*slot->instance_id, slot.get());
  support_.Add(slot->protocols);
  if (slot->join) ++joins_parked_;
  return *slot;
}

void MemberTable::Remove(Member& member) {
  SetJoin(member, std::nullopt);
  support_.Remove(member.protocols);
  by_id_.erase(member.id);
  if (member.is_static()) by_instance_.erase(*member.instance_id);
  ordered_.erase(member.order);
}

void MemberTable::Rename(Member& member, std::string id) {
  by_id_.erase(member.id);
  member.id = std::move(id);
  VARVE_CHECK(by_id_.emplace(member.id, &member).second, "{} is a member already", member.id);
}

void MemberTable::SetProtocols(Member& member, ProtocolList protocols) {
  support_.Remove(member.protocols);
  member.protocols = std::move(protocols);
  support_.Add(member.protocols);
}

std::optional<Token> MemberTable::SetJoin(Member& member, std::optional<Token> token) {
  if (member.join) --joins_parked_;
  if (token) ++joins_parked_;
  return std::exchange(member.join, token);
}

std::string MemberTable::ChooseProtocol() const {
  std::vector<const ProtocolList*> lists;
  lists.reserve(size());
  for (const auto& [order, member] : ordered_) lists.push_back(&member->protocols);
  return coordinator::ChooseProtocol(lists, support_);
}

int64_t MemberTable::RebalanceTimeoutMs() const {
  int64_t longest = 0;
  for (const auto& [order, member] : ordered_) {
    longest = std::max<int64_t>(longest, member->rebalance_timeout_ms);
  }
  return longest;
}

}  // namespace varve::coordinator
