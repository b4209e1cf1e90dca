#include "server/broker/storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/cluster/topic_rules.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr size_t kPlacingMax = 16;  // directories looked at at a time

io::Task<absl::Status> OpenLogDirectory(io::Loop& loop, const std::string& path,
                                        std::unique_ptr<log::LogDirectory>& into) {
  auto opened = co_await log::LogDirectory::Open(loop, path);
  CO_RETURN_IF_ERROR(opened.status());
  into = *std::move(opened);
  for (const std::string& note : into->notes()) LogWarning("{}", note);
  co_return absl::OkStatus();
}

// Where this partition's log is to be opened, asked of the thread that owns it.
std::vector<std::vector<OpenOrder>> DivideOrders(std::vector<OpenOrder> orders, size_t shards) {
  std::vector<std::vector<OpenOrder>> by_shard(shards);
  for (OpenOrder& order : orders) {
    const auto& state = order.topic->partitions[static_cast<size_t>(order.index)];
    by_shard[static_cast<size_t>(state.shard)].push_back(std::move(order));
  }
  return by_shard;
}

io::Task<void> OpenOn(io::Loop& loop, Shard& shard, const std::vector<OpenOrder>& orders,
                      std::vector<OpenOutcome>& outcomes) {
  auto open = [&] { return shard.Open(orders); };
  outcomes = co_await io::CallOn(loop, shard.loop(), open);
}

}  // namespace

io::Task<absl::Status> Storage::Open() {
  const config::BrokerSettings& settings = config_.settings();
  std::vector<std::string> paths = settings.log_dirs;
  const auto metadata = std::ranges::find(paths, settings.metadata_log_dir);
  metadata_index_ = static_cast<size_t>(metadata - paths.begin());
  if (metadata == paths.end()) paths.push_back(settings.metadata_log_dir);
  for (size_t i = 0; i < paths.size(); ++i) {
    Directory& directory = directories_.emplace_back();
    directory.takes_partitions = i < settings.log_dirs.size();
    CO_RETURN_IF_ERROR(co_await OpenLogDirectory(loop_, paths[i], directory.log));
  }
  CO_ASSIGN_OR_RETURN(identity_,
                      co_await cluster::EstablishIdentity(loop_, paths, settings.node_id));
  for (size_t i = 0; i < directories_.size(); ++i) directories_[i].id = identity_.directory_ids[i];
  NotePartitions();
  co_return absl::OkStatus();
}

void Storage::NotePartitions() {
  for (Directory& directory : directories_) {
    for (const log::PartitionName& name : directory.log->partitions()) {
      if (name.topic == cluster::kMetadataTopic) continue;
      const auto [place, fresh] = where_.try_emplace({name.topic, name.partition}, &directory);
      if (!fresh) {
        LogError("{}-{} is in {} and in {}; the latter is left alone", name.topic, name.partition,
                 place->second->log->path(), directory.log->path());
      }
    }
  }
}

std::vector<Uuid> Storage::directory_ids() const {
  std::vector<Uuid> ids;
  for (const Directory& directory : directories_) {
    if (directory.takes_partitions) ids.push_back(directory.id);
  }
  return ids;
}

Storage::Directory& Storage::DirectoryOf(const cluster::PartitionState& state) {
  for (Directory& directory : directories_) {
    if (directory.takes_partitions && directory.id == state.directory) return directory;
  }
  return directories_.front();
}

// Finds where a partition lies, or is to lie. What lies there under its name but belongs to an
// earlier topic of that name was deleted, and its removal interrupted.
io::Task<absl::Status> Storage::Place(Placed& placed) {
  const log::TopicPartition name{placed.topic->name, placed.index};
  const auto found = where_.find(name);
  if (found == where_.end()) {
    placed.directory = &DirectoryOf(placed.topic->partitions[static_cast<size_t>(placed.index)]);
    co_return absl::OkStatus();
  }
  placed.directory = found->second;
  log::LogDirectory& directory = *placed.directory->log;
  CO_ASSIGN_OR_RETURN(const Uuid id, co_await TopicIdOf(directory, name));
  if (id.zero()) co_return absl::OkStatus();  // made, but not finished: made again in place
  placed.exists = id == placed.topic->id;
  if (placed.exists) co_return absl::OkStatus();
  LogWarning("{} belongs to an earlier topic {} and is removed",
             directory.PartitionPath(name.topic, name.partition), name.topic);
  co_return co_await directory.DoomPartition(name.topic, name.partition);
}

// Of the topic that a partition's directory was made for; zero if its making was cut short.
io::Task<absl::StatusOr<Uuid>> Storage::TopicIdOf(const log::LogDirectory& directory,
                                                  const log::TopicPartition& name) {
  if (const auto id = directory.TopicIdOf(name.topic, name.partition)) co_return *id;
  const std::string path = fmt::format("{}/{}", directory.PartitionPath(name.topic, name.partition),
                                       log::kPartitionMetadataName);
  CO_ASSIGN_OR_RETURN(const std::string text, co_await log::ReadText(loop_.disk(), path));
  if (text.empty()) co_return Uuid();
  const auto id = log::ParsePartitionMetadata(text);
  if (id.ok()) co_return *id;
  co_return absl::DataLossError(fmt::format("{}: {}", path, std::string(id.status().message())));
}

io::Task<void> Storage::MakeOne(Placed& placed, absl::Status& first_error, io::Semaphore& slots) {
  co_await slots.Take();
  const absl::Status made = co_await placed.directory->log->CreatePartition(
      placed.topic->name, placed.index, placed.topic->id);
  slots.Give();
  if (!made.ok() && first_error.ok()) first_error = made;
}

io::Task<absl::Status> Storage::MakeMissing(std::vector<Placed>& placed) {
  std::vector<Directory*> changed;
  absl::Status first_error;
  io::Semaphore slots(loop_, kPlacingMax);
  io::Gate making(loop_);
  for (Placed& partition : placed) {
    if (partition.exists) continue;
    making.Spawn(MakeOne(partition, first_error, slots));
    where_[{partition.topic->name, partition.index}] = partition.directory;
    if (std::ranges::find(changed, partition.directory) == changed.end()) {
      changed.push_back(partition.directory);
    }
  }
  co_await making.Close();
  CO_RETURN_IF_ERROR(first_error);
  for (Directory* directory : changed) CO_RETURN_IF_ERROR(co_await directory->log->SyncNames());
  co_return absl::OkStatus();
}

io::Task<absl::Status> Storage::OpenPlaced(const std::vector<Placed>& placed,
                                           std::span<Shard* const> shards,
                                           std::vector<log::TopicPartition>& lost_tails) {
  std::vector<OpenOrder> orders;
  for (const Placed& partition : placed) {
    log::LogDirectory& directory = *partition.directory->log;
    OpenOrder& order = orders.emplace_back();
    order.topic = partition.topic;
    order.index = partition.index;
    order.health = &directory.health();
    order.arguments = directory.ArgumentsFor(partition.topic->name, partition.index,
                                             LogConfigOf(partition.topic->config));
    if (!partition.exists) {
      // Whatever a checkpoint says of this name is about an earlier topic.
      order.arguments.log_start = order.arguments.recovery_point = 0;
      order.arguments.high_watermark = 0;
      order.arguments.stop = log::Stop::kClean;
      order.arguments.as_left = nullptr;
    }
  }
  const std::vector<std::vector<OpenOrder>> by_shard =
      DivideOrders(std::move(orders), shards.size());
  std::vector<std::vector<OpenOutcome>> outcomes(shards.size());
  io::Gate opening(loop_);
  for (size_t i = 0; i < shards.size(); ++i) {
    if (!by_shard[i].empty()) opening.Spawn(OpenOn(loop_, *shards[i], by_shard[i], outcomes[i]));
  }
  co_await opening.Close();
  for (size_t i = 0; i < shards.size(); ++i) {
    for (size_t j = 0; j < outcomes[i].size(); ++j) {
      const OpenOrder& order = by_shard[i][j];
      const OpenOutcome& outcome = outcomes[i][j];
      if (outcome.may_have_lost_tail) lost_tails.push_back({order.topic->name, order.index});
      if (outcome.status.ok()) continue;
      co_return absl::Status(
          outcome.status.code(),
          fmt::format("{}: {}", order.arguments.directory, std::string(outcome.status.message())));
    }
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Storage::OpenAll(cluster::ImageRef image, std::span<Shard* const> shards,
                                        std::vector<log::TopicPartition>& lost_tails) {
  const auto none = std::make_shared<cluster::Image>();
  co_return co_await OpenNew(none, image, shards, lost_tails);
}

io::Task<void> Storage::PlaceOne(Placed& placed, absl::Status& first_error, io::Semaphore& slots) {
  co_await slots.Take();
  const absl::Status status = co_await Place(placed);
  slots.Give();
  if (!status.ok() && first_error.ok()) first_error = status;
}

// Opens the partitions of `after` that `before` does not have.
io::Task<absl::Status> Storage::OpenNew(cluster::ImageRef before, cluster::ImageRef after,
                                        std::span<Shard* const> shards,
                                        std::vector<log::TopicPartition>& lost_tails) {
  std::vector<Placed> placed;
  for (const cluster::TopicRef& topic : after->topics()) {
    const cluster::Topic* old = before->Find(topic->id);
    if (old == topic.get()) continue;
    const size_t known = old == nullptr ? 0 : old->partitions.size();
    for (size_t i = known; i < topic->partitions.size(); ++i) {
      placed.push_back({topic, static_cast<int32_t>(i)});
    }
  }
  absl::Status first_error;
  {
    io::Semaphore slots(loop_, kPlacingMax);
    io::Gate placing(loop_);
    for (Placed& partition : placed) placing.Spawn(PlaceOne(partition, first_error, slots));
    co_await placing.Close();
  }
  CO_RETURN_IF_ERROR(first_error);
  CO_RETURN_IF_ERROR(co_await MakeMissing(placed));
  co_return co_await OpenPlaced(placed, shards, lost_tails);
}

io::Task<absl::Status> Storage::Recovered() {
  for (Directory& directory : directories_) {
    CO_RETURN_IF_ERROR(co_await directory.log->Recovered());
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Storage::Remove(const cluster::Topic& topic,
                                       std::span<Shard* const> shards) {
  std::vector<Directory*> changed;
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const auto index = static_cast<int32_t>(i);
    Shard& shard = *shards[static_cast<size_t>(topic.partitions[i].shard)];
    auto discard = [&] { return shard.Discard({topic.id, index}); };
    co_await io::CallOn(loop_, shard.loop(), discard);
    const auto found = where_.find({topic.name, index});
    if (found == where_.end()) continue;
    Directory* directory = found->second;
    where_.erase(found);
    CO_RETURN_IF_ERROR(co_await directory->log->DoomPartition(topic.name, index));
    has_doomed_ = true;
    if (std::ranges::find(changed, directory) == changed.end()) changed.push_back(directory);
  }
  for (Directory* directory : changed) CO_RETURN_IF_ERROR(co_await directory->log->SyncNames());
  co_return absl::OkStatus();
}

io::Task<absl::Status> Storage::Apply(cluster::ImageRef before, cluster::ImageRef after,
                                      std::span<Shard* const> shards) {
  co_await changing_.Take();
  absl::Status applied = co_await ApplyInTurn(std::move(before), std::move(after), shards);
  changing_.Give();
  co_return applied;
}

io::Task<absl::Status> Storage::ApplyInTurn(cluster::ImageRef before, cluster::ImageRef after,
                                            std::span<Shard* const> shards) {
  for (const cluster::TopicRef& topic : before->topics()) {
    if (after->Find(topic->id) != nullptr) continue;
    CO_RETURN_IF_ERROR(co_await Remove(*topic, shards));
  }
  std::vector<log::TopicPartition> lost_tails;  // a new log has none
  co_return co_await OpenNew(std::move(before), std::move(after), shards, lost_tails);
}

io::Task<void> Storage::RemoveDoomed() {
  has_doomed_ = false;
  for (Directory& directory : directories_) {
    const absl::Status removed = co_await directory.log->RemoveDoomed();
    if (removed.ok()) continue;
    has_doomed_ = true;  // tried again after the next deletion
    LogWarning("could not remove a deleted partition: {}", removed.ToString());
  }
}

io::Task<std::vector<log::LogDirectory::Checkpoints>> Storage::Collect(
    std::span<Shard* const> shards) {
  std::vector<log::LogDirectory::Checkpoints> all(directories_.size());
  for (Shard* shard : shards) {
    auto add = [&] { return AddOffsets(*shard, all); };
    co_await io::CallOn(loop_, shard->loop(), add);
  }
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
  const std::vector<log::LogDirectory::Checkpoints> all = co_await Collect(shards);
  for (size_t i = 0; i < directories_.size(); ++i) {
    const absl::Status written = co_await directories_[i].log->WriteCheckpoints(all[i]);
    if (!written.ok()) LogWarning("checkpoints were not written: {}", written.ToString());
  }
  changing_.Give();
}

io::Task<absl::Status> Storage::Close(
    const std::vector<log::LogDirectory::Checkpoints>& checkpoints, bool clean,
    std::vector<log::Manifest> manifests) {
  absl::Status first_error;
  for (size_t i = 0; i < directories_.size() && clean; ++i) {
    log::LogDirectory& directory = *directories_[i].log;
    const absl::Status closed =
        co_await directory.CloseCleanly(checkpoints[i], std::move(manifests[i]));
    if (first_error.ok()) first_error = closed;
  }
  directories_.clear();
  co_return first_error;
}

}  // namespace varve::broker
