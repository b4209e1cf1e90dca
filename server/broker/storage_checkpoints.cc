#include <fmt/format.h>

#include <utility>

#include "engine/io/call.h"
#include "server/broker/storage.h"
#include "server/logging.h"

// What the checkpoints of log directories say, and the markers of a clean stop.
namespace varve::broker {

io::Task<std::vector<log::LogDirectory::Checkpoints>> Storage::Collect(
    std::span<Shard* const> shards) {
  std::vector<log::LogDirectory::Checkpoints> all(directories_.size());
  for (Shard* shard : shards) {
    auto add = [&] { return AddOffsets(*shard, all); };
    co_await io::CallOn(loop_, shard->loop(), add);
  }
  for (size_t i = 0; i < directories_.size(); ++i) AddLeftOut(directories_[i], all[i]);
  co_return all;
}

io::Task<std::vector<log::Manifest>> Storage::CollectManifests(std::span<Shard* const> shards,
                                                               int64_t broker_epoch) {
  std::vector<log::Manifest> all(directories_.size());
  for (Shard* shard : shards) {
    auto add = [&] { return AddAsLeft(*shard, all); };
    co_await io::CallOn(loop_, shard->loop(), add);
  }
  for (log::Manifest& manifest : all) manifest.broker_epoch = broker_epoch;
  co_return all;
}

io::Task<void> Storage::AddAsLeft(Shard& shard, std::vector<log::Manifest>& into) const {
  for (size_t i = 0; i < directories_.size(); ++i) {
    shard.AddAsLeft(directories_[i].log->path(), into[i]);
  }
  co_return;
}

io::Task<void> Storage::AddOffsets(Shard& shard,
                                   std::vector<log::LogDirectory::Checkpoints>& into) const {
  for (size_t i = 0; i < directories_.size(); ++i) {
    shard.AddOffsets(directories_[i].log->path(), into[i]);
  }
  co_return;
}

io::Task<void> Storage::WriteCheckpoints(std::span<Shard* const> shards) {
  co_await changing_.Take();
  std::vector<log::LogDirectory::Checkpoints> all = co_await Collect(shards);
  for (size_t i = 0; i < directories_.size(); ++i) {
    log::LogDirectory& directory = *directories_[i].log;
    if (directory.health().failed()) continue;
    const absl::Status written = co_await directory.WriteCheckpoints(std::move(all[i]));
    if (written.ok()) continue;
    directory.health().Note(written, loop_.Now());
    LogWarning("checkpoints were not written: {}", written.ToString());
  }
  changing_.Give();
}

io::Task<absl::Status> Storage::CloseOne(Directory& directory,
                                         log::LogDirectory::Checkpoints checkpoints,
                                         log::Manifest manifest) {
  if (!directory.left_out.empty()) {
    co_return absl::FailedPreconditionError(
        fmt::format("{} has partitions that were not opened and gets no clean-shutdown marker",
                    directory.log->path()));
  }
  co_return co_await directory.log->CloseCleanly(std::move(checkpoints), std::move(manifest));
}

io::Task<absl::Status> Storage::Close(std::vector<log::LogDirectory::Checkpoints> checkpoints,
                                      const std::set<std::string>& unclean,
                                      std::vector<log::Manifest> manifests) {
  absl::Status first_error;
  for (size_t i = 0; i < directories_.size(); ++i) {
    if (unclean.contains(directories_[i].log->path())) continue;
    const absl::Status closed =
        co_await CloseOne(directories_[i], std::move(checkpoints[i]), std::move(manifests[i]));
    if (first_error.ok()) first_error = closed;
  }
  directories_.clear();
  co_return first_error;
}

}  // namespace varve::broker
