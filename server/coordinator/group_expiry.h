#pragma once

#include <optional>
#include <string_view>

#include "server/coordinator/group.h"
#include "server/coordinator/group_offsets.h"
#include "server/coordinator/subscription.h"

// Kafka's rules about which offsets of a group are still needed.
namespace varve::coordinator {

// Nothing: the group is none of consumers, or nobody can tell what its members read.
std::optional<TopicSet> SubscribedTopics(const Group& group);

// Whether offsets of `topic` are in use: of consumers of whom nobody can tell, all are.
bool ReadsTopic(const Group& group, const std::optional<TopicSet>& subscribed,
                std::string_view topic);

// `subscribed` is of this group, and outlives the facts.
ExpiryFacts ExpiryFactsOf(const Group& group, const std::optional<TopicSet>& subscribed);

}  // namespace varve::coordinator
