#pragma once

#include <string>

#include "engine/base/status.h"
#include "server/config/broker_config.h"

namespace varve::config {

// Fills the struct from the resolved properties, and refuses what does not fit together: ids
// that differ, listeners, a directory named twice or by nothing, a malformed limit of an address.
absl::StatusOr<BrokerSettings> MakeSettings(const BrokerConfig& config,
                                            const std::string& host_name);

}  // namespace varve::config
