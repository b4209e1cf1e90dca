#include "server/coordinator/member_rules.h"

#include <fmt/format.h>

#include <limits>

namespace varve::coordinator {

using wire::ErrorCode;

ErrorCode CheckGroupId(std::string_view group_id) {
  return group_id.empty() ? ErrorCode::kInvalidGroupId : ErrorCode::kNone;
}

ErrorCode CheckSessionTimeout(int64_t session_timeout_ms, const GroupConfig& config) {
  const bool allowed = session_timeout_ms >= config.session_timeout_min_ms &&
                       session_timeout_ms <= config.session_timeout_max_ms;
  return allowed ? ErrorCode::kNone : ErrorCode::kInvalidSessionTimeout;
}

std::string NewMemberId(std::string_view prefix, const Uuid& id) {
  return fmt::format("{}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", prefix, id.high >> 32,
                     (id.high >> 16) & 0xffff, id.high & 0xffff, id.low >> 48,
                     id.low & 0xffff'ffff'ffff);
}

bool Contradicts(const std::optional<std::string_view>& named,
                 const std::optional<std::string>& actual) {
  return named && actual && *named != *actual;
}

int32_t NextGeneration(int32_t generation) {
  return generation == std::numeric_limits<int32_t>::max() ? 1 : generation + 1;
}

}  // namespace varve::coordinator
