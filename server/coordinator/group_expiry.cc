#include "server/coordinator/group_expiry.h"

namespace varve::coordinator {

std::optional<TopicSet> SubscribedTopics(const Group& group) {
  if (group.protocol_type() != kConsumerProtocolType) return std::nullopt;
  TopicSet topics;
  if (group.members() == 0) return topics;
  const GroupRecord record = group.ToRecord();
  if (!record.protocol) return std::nullopt;
  for (const MemberRecord& member : record.members) {
    if (!AddSubscription(member.metadata, topics)) return std::nullopt;
  }
  return topics;
}

bool ReadsTopic(const Group& group, const std::optional<TopicSet>& subscribed,
                std::string_view topic) {
  if (subscribed) return subscribed->contains(topic);
  return group.protocol_type() == kConsumerProtocolType;
}

ExpiryFacts ExpiryFactsOf(const Group& group, const std::optional<TopicSet>& subscribed) {
  if (group.protocol_type().empty()) return {.since_ms = ExpiryFacts::kAtCommit};
  if (group.state() == GroupState::kEmpty) return {.since_ms = group.state_since_ms()};
  if (group.state() == GroupState::kStable && subscribed) {
    return {.since_ms = ExpiryFacts::kAtCommit, .subscribed = &*subscribed};
  }
  return {};
}

}  // namespace varve::coordinator
