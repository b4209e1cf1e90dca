#pragma once

#include <cstdint>
#include <vector>

#include "engine/io/clock.h"
#include "engine/io/task.h"
#include "engine/log/health.h"
#include "server/broker/shard.h"

namespace varve::broker {

// When the logs of a shard are looked through.
struct KeepingPace {
  io::Duration first{0};  // after the start
  io::Duration interval{0};
  // Of all log directories: while one is full, its logs are looked through more often.
  std::vector<const log::DirectoryHealth*> directories;
};

// Looks through the logs of `shard` until the broker stops: producers that are silent are
// forgotten, segments that are old are closed, and those that retention gives up are deleted.
io::Task<void> KeepLogs(Shard& shard, KeepingPace pace);

}  // namespace varve::broker
