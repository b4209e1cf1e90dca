#include "server/broker/storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/cluster/topic_rules.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr size_t kPlacingMax = 16;  // directories looked at at a time

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

std::vector<const log::DirectoryHealth*> Storage::healths() const {
  std::vector<const log::DirectoryHealth*> healths;
  for (const Directory& directory : directories_) healths.push_back(&directory.log->health());
  return healths;
}

// Finds where a partition lies, or is to lie. What lies there under its name but belongs to an
// earlier topic of that name was deleted, and its removal interrupted.
io::Task<absl::Status> Storage::Place(Placed& placed) {
  const log::TopicPartition name{placed.topic->name, placed.index};
  const auto found = where_.find(name);
  if (found == where_.end()) {
    placed.directory = DirectoryOf(placed.topic->partitions[static_cast<size_t>(placed.index)]);
    if (placed.directory != nullptr) co_return absl::OkStatus();
    co_return absl::UnavailableError("its log directory is left out");
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

io::Task<void> Storage::MakeOne(Placed& placed, io::Semaphore& slots) {
  co_await slots.Take();
  placed.status = co_await placed.directory->log->CreatePartition(placed.topic->name, placed.index,
                                                                  placed.topic->id);
  slots.Give();
}

io::Task<void> Storage::MakeMissing(std::vector<Placed>& placed) {
  std::set<Directory*> changed;
  io::Semaphore slots(loop_, kPlacingMax);
  io::Gate making(loop_);
  for (Placed& partition : placed) {
    if (partition.exists || !partition.status.ok()) continue;
    making.Spawn(MakeOne(partition, slots));
    where_[{partition.topic->name, partition.index}] = partition.directory;
    changed.insert(partition.directory);
  }
  co_await making.Close();
  for (Directory& directory : directories_) {
    if (!changed.contains(&directory)) continue;
    const absl::Status synced = co_await directory.log->SyncNames();
    for (Placed& partition : placed) {
      if (partition.directory == &directory && !partition.exists) partition.status.Update(synced);
    }
  }
}

io::Task<void> Storage::OpenPlaced(std::vector<Placed>& placed, std::span<Shard* const> shards,
                                   std::vector<log::TopicPartition>& lost_tails, bool serve) {
  std::vector<OpenOrder> orders;
  for (Placed& partition : placed) {
    if (!partition.status.ok()) continue;
    log::LogDirectory& directory = *partition.directory->log;
    OpenOrder& order = orders.emplace_back();
    order.topic = partition.topic;
    order.index = partition.index;
    order.serve = serve;
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
  std::map<PartitionKey, absl::Status> failed;
  for (size_t i = 0; i < shards.size(); ++i) {
    for (size_t j = 0; j < outcomes[i].size(); ++j) {
      const OpenOrder& order = by_shard[i][j];
      const OpenOutcome& outcome = outcomes[i][j];
      if (outcome.may_have_lost_tail) lost_tails.push_back({order.topic->name, order.index});
      if (!outcome.status.ok()) failed[{order.topic->id, order.index}] = outcome.status;
    }
  }
  for (Placed& partition : placed) {
    const auto found = failed.find({partition.topic->id, partition.index});
    if (found != failed.end()) partition.status = found->second;
  }
}

io::Task<void> Storage::PlaceOne(Placed& placed, io::Semaphore& slots) {
  co_await slots.Take();
  placed.status = co_await Place(placed);
  slots.Give();
}

io::Task<void> Storage::PlaceAll(std::vector<Placed>& placed) {
  io::Semaphore slots(loop_, kPlacingMax);
  io::Gate placing(loop_);
  for (Placed& partition : placed) placing.Spawn(PlaceOne(partition, slots));
  co_await placing.Close();
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
      Placed& partition = placed.emplace_back();
      partition.topic = topic;
      partition.index = static_cast<int32_t>(i);
    }
  }
  co_await PlaceAll(placed);
  co_await MakeMissing(placed);
  co_await OpenPlaced(placed, shards, lost_tails, /*serve=*/true);
  co_return co_await LeaveOut(placed, shards);
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
    directory->left_out.erase({topic.name, index});
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

}  // namespace varve::broker
