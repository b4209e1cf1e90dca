#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"

// What consumers tell each other when they join, as far as a broker has to look into it: which
// topics they read.
namespace varve::coordinator {

using TopicSet = std::set<std::string, std::less<>>;

// The protocol type of groups whose members' metadata are subscriptions.
inline constexpr std::string_view kConsumerProtocolType = "consumer";

// Adds the topics of one member's subscription. False if the bytes are none: the client's own
// business, and nothing is added then. Newer versions may have more fields behind.
bool AddSubscription(Bytes metadata, TopicSet& topics);

}  // namespace varve::coordinator
