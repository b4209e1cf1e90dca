#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/log/clean/cleaner_manager.h"
#include "server/broker/shard.h"
#include "server/config/broker_config.h"
#include "server/coordinator/coordinator_config.h"
#include "server/net/connection_count.h"

// How much each part of the broker may take, from its settings and the machine: pure functions.
namespace varve::broker {

// Checkpoints are not written more often than this, whatever is asked for.
inline constexpr int64_t kCheckpointMsMin = 100;

struct MachineLimits {
  uint64_t memory_bytes = 0;    // what the machine or the cgroup lets us have
  uint64_t open_files_max = 0;  // of the process
  std::string io_backend = {};  // for metrics
};

ShardLimits LimitsOf(const config::BrokerSettings& settings, const MachineLimits& machine,
                     size_t shards);

// How one shard compacts; nothing: it does not. Compaction's memory and rate are divided among
// the shards: each cleans one log at a time.
std::optional<log::CleanerManager::Options> CleanerOf(const config::BrokerSettings& settings,
                                                      size_t shards);

// What coordinators of groups go by.
coordinator::CoordinatorConfig GroupsOf(const config::BrokerConfig& config);

net::ConnectionCount::Limits CountLimitsOf(const config::BrokerSettings& settings);

}  // namespace varve::broker
