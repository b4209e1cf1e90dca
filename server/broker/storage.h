#pragma once

#include <absl/container/btree_map.h>
#include <absl/status/status.h>

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/log/directory.h"
#include "server/broker/shard.h"
#include "server/cluster/image.h"
#include "server/cluster/meta_properties.h"
#include "server/config/broker_config.h"

namespace varve::broker {

// What there is to say of a log directory, not of the logs in it.
struct DirectoryFacts {
  std::string path{};
  bool usable = false;  // it could be opened, and has not failed since
  std::optional<io::DiskSpace> space{};
};

// The log directories of the broker, and which partition lies where. Makes and removes partition
// directories, and has shards open and close their logs.
//
// Threads   The first shard's loop.
class Storage {
 public:
  Storage(io::Loop& loop, const config::BrokerConfig& config)
      : loop_(loop), config_(config), changing_(loop, 1) {}

  // Locks all directories and works out who this node is. A directory that cannot be used is left
  // out, unless it holds the metadata or is the last one.
  io::Task<absl::Status> Open();

  log::LogDirectory& metadata_directory() { return *directories_[metadata_index_].log; }
  const cluster::Identity& identity() const { return identity_; }
  // Ids of the directories that take partitions.
  std::vector<Uuid> directory_ids() const;

  // Before anything is opened: the epoch under which this broker was registered last, by whatever
  // program, and the one that it has now.
  io::Task<void> BeginRun(int64_t last_epoch, int64_t epoch);

  // Opens the logs of the partitions in the image that need no look at their files, and makes what
  // is missing; the others wait for OpenSome, some at a time. A partition that cannot be opened is
  // left out: its shard says so to those who ask. `lost_tails` gets the names of those that may
  // have lost a tail. Nothing that is opened here is served before Shard::ServeOpened.
  io::Task<void> OpenFirst(cluster::ImageRef image, std::span<Shard* const> shards,
                           std::vector<log::TopicPartition>& lost_tails);
  // `published` is the image at any time: what was deleted meanwhile is passed over.
  io::Task<void> OpenSome(const cluster::ImageRef& published, std::span<Shard* const> shards,
                          std::vector<log::TopicPartition>& lost_tails);
  // How far that has come.
  struct Opening {
    size_t opened = 0;
    size_t total = 0;
  };
  const Opening& opening() const { return opening_; }
  // All logs are open: from now on a stop of the process alone is known as such.
  io::Task<void> Recovered();

  // Brings directories and logs from one image to the next: new partitions are made and opened,
  // those that are gone are closed and removed.
  io::Task<absl::Status> Apply(cluster::ImageRef before, cluster::ImageRef after,
                               std::span<Shard* const> shards);
  // Removes the files of partitions that were deleted.
  bool has_doomed() const { return has_doomed_; }
  io::Task<void> RemoveDoomed();

  // Of all directories; they live as long as the storage.
  std::vector<const log::DirectoryHealth*> healths() const;

  // Each one that the configuration names for partitions, in its order.
  io::Task<std::vector<DirectoryFacts>> Describe();

  io::Task<void> WriteCheckpoints(std::span<Shard* const> shards);
  // After every log was closed: the markers of a clean stop, except in the directories where
  // something failed.
  io::Task<absl::Status> Close(std::vector<log::LogDirectory::Checkpoints> checkpoints,
                               const std::set<std::string>& unclean,
                               std::vector<log::Manifest> manifests);
  // Without: after a start that failed.
  void Abandon() { directories_.clear(); }
  // After every log was closed: what the next start need not look at.
  io::Task<std::vector<log::Manifest>> CollectManifests(std::span<Shard* const> shards,
                                                        int64_t broker_epoch);
  // What the checkpoints of each directory should say now.
  io::Task<std::vector<log::LogDirectory::Checkpoints>> Collect(std::span<Shard* const> shards);

 private:
  struct Directory {
    std::unique_ptr<log::LogDirectory> log;
    Uuid id;
    bool takes_partitions = true;
    std::set<log::TopicPartition> left_out{};  // are, or may be, in here, and are not open
  };
  // A partition, and the directory that it is or will be in.
  struct Placed {
    cluster::TopicRef topic;
    int32_t index = 0;
    Directory* directory = nullptr;
    bool exists = false;
    absl::Status status{};  // an error: it is left out
  };

  void NotePartitions();
  io::Task<absl::Status> OpenDirectory(const std::string& path, bool takes_partitions);
  Directory* DirectoryOf(const cluster::PartitionState& state);
  io::Task<absl::StatusOr<Uuid>> TopicIdOf(const log::LogDirectory& directory,
                                           const log::TopicPartition& name);
  io::Task<absl::Status> Place(Placed& placed);
  static io::Task<void> MakeOne(Placed& placed, io::Semaphore& slots);
  io::Task<void> MakeMissing(std::vector<Placed>& placed);
  io::Task<void> OpenPlaced(std::vector<Placed>& placed, std::span<Shard* const> shards,
                            std::vector<log::TopicPartition>& lost_tails, bool serve);
  bool NeedsALook(const Placed& placed);
  io::Task<void> OpenThese(std::vector<Placed> placed, std::span<Shard* const> shards,
                           std::vector<log::TopicPartition>& lost_tails);
  io::Task<absl::Status> LeaveOut(const std::vector<Placed>& placed,
                                  std::span<Shard* const> shards);
  static void AddLeftOut(const Directory& directory, log::LogDirectory::Checkpoints& into);
  static io::Task<absl::Status> CloseOne(Directory& directory,
                                         log::LogDirectory::Checkpoints checkpoints,
                                         log::Manifest manifest);
  io::Task<absl::Status> Remove(const cluster::Topic& topic, std::span<Shard* const> shards);
  io::Task<void> PlaceOne(Placed& placed, io::Semaphore& slots);
  io::Task<void> PlaceAll(std::vector<Placed>& placed);
  io::Task<absl::Status> OpenNew(cluster::ImageRef before, cluster::ImageRef after,
                                 std::span<Shard* const> shards,
                                 std::vector<log::TopicPartition>& lost_tails);
  io::Task<absl::Status> ApplyInTurn(cluster::ImageRef before, cluster::ImageRef after,
                                     std::span<Shard* const> shards);
  io::Task<void> AddAsLeft(Shard& shard, std::vector<log::Manifest>& into) const;
  io::Task<void> AddOffsets(Shard& shard, std::vector<log::LogDirectory::Checkpoints>& into) const;

  io::Loop& loop_;
  const config::BrokerConfig& config_;
  std::vector<Directory> directories_;
  bool any_left_out_ = false;  // of the directories
  size_t metadata_index_ = 0;
  cluster::Identity identity_;
  // Of one: what checkpoints say of a name must not meet the next partition of that name.
  io::Semaphore changing_;
  bool has_doomed_ = false;
  std::vector<Placed> waiting_;  // for OpenSome, the next one last
  Opening opening_;
  absl::btree_map<log::TopicPartition, Directory*> where_;  // partition directories that exist
};

}  // namespace varve::broker
