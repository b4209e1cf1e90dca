#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/net.h"
#include "server/wire/error.h"

namespace varve::cli {

// What an error code means to somebody at a terminal, and what to do next.
std::string Explain(wire::ErrorCode code);

// "topic orders: Topic 'orders' already exists. [TOPIC_ALREADY_EXISTS]" and what to do next, from
// the broker's own words if it has any. OK for kNone.
absl::Status ToStatus(wire::ErrorCode code, const std::optional<std::string>& said,
                      std::string_view what);

// No broker at any of the addresses; why, in the same order.
std::string CannotConnect(const std::vector<io::Endpoint>& bootstrap,
                          const std::vector<std::string>& reasons);
// A broker can be reached, but not at the address by which the cluster knows another.
std::string CannotReachAdvertised(int32_t broker, const io::Endpoint& endpoint,
                                  const std::string& reason);

}  // namespace varve::cli
