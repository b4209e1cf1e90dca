#include "server/broker/log_keeper.h"

#include <algorithm>
#include <chrono>

#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr io::Duration kFullInterval = std::chrono::seconds(5);
constexpr size_t kLogsATurn = 64;  // then everybody else has a turn of the loop

void Tell(const log::Log& log, const log::RetentionDecision& gone) {
  if (gone.count() == 0) return;
  LogInfo(
      "{} begins at offset {}: {} segments deleted ({} below the log start, {} over the size, "
      "{} expired)",
      log.directory(), log.offsets().log_start, gone.count(), gone.below_log_start, gone.over_size,
      gone.expired);
}

io::Task<void> KeepOne(log::Log& log, int64_t now_ms) {
  log.ExpireProducers();  // while nobody writes, too
  const auto gone = co_await log.ApplyRetention(now_ms);
  if (gone.ok()) Tell(log, *gone);
  absl::Status status = gone.status();
  if (status.ok()) status = co_await log.RollIfOld(now_ms);
  if (!status.ok() && !absl::IsCancelled(status)) {
    LogWarning("{} could not be looked through: {}", log.directory(), status.ToString());
  }
}

io::Task<void> KeepAll(Shard& shard) {
  size_t done = 0;
  for (const PartitionKey& key : shard.Keys()) {
    if (shard.stopping()) co_return;
    // One that is closed meanwhile waits for us inside of its log, and is gone afterwards.
    Partition* partition = shard.Find(key);
    if (partition != nullptr) {
      co_await KeepOne(partition->log(), shard.loop().clock().WallMillis());
    }
    if (++done % kLogsATurn == 0) co_await io::Yield{shard.loop()};
  }
}

bool AnyFull(const KeepingPace& pace) {
  return std::ranges::any_of(pace.directories, [](const auto* health) { return health->full(); });
}

}  // namespace

io::Task<void> KeepLogs(Shard& shard, KeepingPace pace) {
  io::Event stop(shard.loop());
  const io::Duration step = std::min(pace.interval, kFullInterval);
  io::MonoTime next = shard.loop().Now() + pace.first;
  while (!shard.stopping()) {
    const io::MonoTime now = shard.loop().Now();
    if (now >= next || AnyFull(pace)) {
      co_await KeepAll(shard);
      next = shard.loop().Now() + pace.interval;
    }
    co_await shard.WaitOrStop(stop, std::min(next, shard.loop().Now() + step));
  }
}

}  // namespace varve::broker
