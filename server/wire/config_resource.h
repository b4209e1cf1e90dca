#pragma once

#include <cstdint>

namespace varve::wire {

// What has properties. A resource goes by its name: a topic's, a group's, a client's; the id of a
// broker, or "" for all brokers. Any other number may arrive.
enum class ConfigResource : int8_t {
  kUnknown = 0,
  kTopic = 2,
  kBroker = 4,
  kBrokerLogger = 8,
  kClientMetrics = 16,
  kGroup = 32,
};

}  // namespace varve::wire
