#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/uuid.h"
#include "server/coordinator/calls.h"
#include "server/wire/error.h"

// Kafka's rules about members, where they need no group.
namespace varve::coordinator {

// A new member waits for its first answer at most this long: it has no session yet, and a
// connection that broke while its join is parked goes unseen.
inline constexpr int64_t kNewMemberWaitMs = 300'000;

// kInvalidGroupId: an empty id, where a group must have one (all but offset calls).
wire::ErrorCode CheckGroupId(std::string_view group_id);

// kInvalidSessionTimeout: not within what the broker allows.
wire::ErrorCode CheckSessionTimeout(int64_t session_timeout_ms, const GroupConfig& config);

// "<prefix>-<id>", the id as 8-4-4-4-12 hexadecimal digits. The prefix is the instance id of a
// static member, else the client id.
std::string NewMemberId(std::string_view prefix, const Uuid& id);

// Whether a request that names a protocol (type) names another than the group has. Versions
// without the field name none.
bool Contradicts(const std::optional<std::string_view>& named,
                 const std::optional<std::string>& actual);

// The generation after `generation`. Numbers are used again after 2^31 rebalances.
int32_t NextGeneration(int32_t generation);

}  // namespace varve::coordinator
