#pragma once

#include <absl/status/status.h>

#include "server/config/broker_config.h"

namespace varve::config {

// Whether the times of groups of the newer protocol fit together, as Kafka wants them.
// InvalidArgument, naming both properties.
absl::Status CheckGroupTimes(const BrokerConfig& config);

}  // namespace varve::config
