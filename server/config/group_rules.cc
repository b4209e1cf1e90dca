#include "server/config/group_rules.h"

#include <fmt/format.h>

#include <string_view>

namespace varve::config {
namespace {

constexpr std::string_view kSession = "group.consumer.session.timeout.ms";
constexpr std::string_view kHeartbeat = "group.consumer.heartbeat.interval.ms";

// The first is to be as large as the second, at least.
struct Order {
  std::string_view larger;
  std::string_view smaller;
};
constexpr Order kOrders[] = {
    {kSession, "group.consumer.min.session.timeout.ms"},
    {"group.consumer.max.session.timeout.ms", kSession},
    {kHeartbeat, "group.consumer.min.heartbeat.interval.ms"},
    {"group.consumer.max.heartbeat.interval.ms", kHeartbeat},
};

}  // namespace

absl::Status CheckGroupTimes(const BrokerConfig& config) {
  for (const Order& order : kOrders) {
    const int64_t larger = config.Int(order.larger);
    const int64_t smaller = config.Int(order.smaller);
    if (larger >= smaller) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}={} is less than {}={}", order.larger, larger, order.smaller, smaller));
  }
  if (config.Int(kHeartbeat) < config.Int(kSession)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{}={} is not less than {}={}", kHeartbeat,
                                                config.Int(kHeartbeat), kSession,
                                                config.Int(kSession)));
}

}  // namespace varve::config
