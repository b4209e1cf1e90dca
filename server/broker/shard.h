#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/log/clean/cleaner_manager.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "engine/log/flusher.h"
#include "engine/log/health.h"
#include "server/broker/fetch_session.h"
#include "server/broker/partition.h"
#include "server/broker/slow_requests.h"
#include "server/cluster/image.h"
#include "server/coordinator/coordinator_config.h"
#include "server/metrics/shard_counters.h"
#include "server/net/connection.h"
#include "server/net/connection_set.h"
#include "server/net/handler.h"
#include "server/net/memory_budget.h"
#include "server/net/slab.h"

namespace varve::broker {

class GroupCoordinators;

// A log that a shard is to open.
struct OpenOrder {
  cluster::TopicRef topic;
  int32_t index = 0;
  log::OpenArguments arguments;
  log::DirectoryHealth* health = nullptr;
  bool serve = true;  // as soon as it is open; else only after ServeOpened
};

// What came of it.
struct OpenOutcome {
  absl::Status status;
  bool may_have_lost_tail = false;
};

// How many of a shard's things there may be.
struct ShardLimits {
  log::FileCache::Limits files;
  uint64_t request_bytes_max = 64 << 20;
  uint64_t slab_bytes_kept_max = 16 << 20;
  size_t fetch_sessions_max = 1000;
  size_t fetch_session_bytes_max = 64 << 20;  // of all of them
  io::Duration undurable_max = std::chrono::seconds(60);
  size_t opening_max = 8;  // logs opened at a time
  net::ConnectionLimits connection;
  coordinator::CoordinatorConfig groups;
  // How logs are compacted; nothing: they are not.
  std::optional<log::CleanerManager::Options> cleaner;
};

// What one thread owns: partitions with their logs, connections, and the memory they use. Others
// reach it by CallOn with its loop.
//
// Threads   Its loop, except the constructor, index() and loop().
class Shard {
 public:
  Shard(int index, io::Loop& loop, net::Handler& handler, const ShardLimits& limits);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  int index() const { return index_; }
  io::Loop& loop() { return loop_; }
  log::FileCache& files() { return files_; }
  FetchSessions& fetch_sessions() { return fetch_sessions_; }
  const ShardLimits& limits() const { return limits_; }
  GroupCoordinators& groups() { return *groups_; }
  net::ConnectionSet& connections() { return connections_; }
  uint64_t request_bytes() const { return budget_.used() + small_budget_.used(); }
  metrics::ShardCounters& counters() { return counters_; }
  SlowRequests& slow_requests() { return slow_requests_; }

  const cluster::ImageRef& image() const { return image_; }
  void set_image(cluster::ImageRef image) { image_ = std::move(image); }

  // Waits for `woken` until `deadline`, but no longer than the broker serves.
  io::Task<void> WaitOrStop(io::Event& woken, io::MonoTime deadline);
  // Lets everything that waits go on: the broker is about to stop.
  void StopWaiting();
  bool stopping() const { return stopping_; }

  // The partition, if this shard owns it and it is served; else null.
  Partition* Find(const PartitionKey& key);
  std::vector<PartitionKey> Keys() const;  // sorted
  std::vector<PartitionKey> KeysUnsorted() const;
  size_t partition_count() const { return partitions_.size(); }

  // Opens logs, some at a time; outcomes are in the order of the orders.
  io::Task<std::vector<OpenOutcome>> Open(std::span<const OpenOrder> orders);
  // From now on everything that is open is served.
  io::Task<void> ServeOpened();
  // Gives its partitions what a newer image says of them.
  io::Task<absl::Status> Update(cluster::ImageRef image);
  // Remembers that a partition of this shard could not be opened.
  io::Task<void> LeaveOut(PartitionKey key);
  bool IsLeftOut(const PartitionKey& key) const { return left_out_.contains(key); }
  size_t left_out_count() const { return left_out_.size(); }
  // Closes the log of a partition that is to be removed: nothing of it need be durable.
  io::Task<void> Discard(PartitionKey key);

  // From now on logs are compacted, until they are closed.
  io::Task<void> StartCleaning();
  // How from now on; nothing changes if there is no compaction here.
  io::Task<void> SetCleaner(std::optional<log::CleanerManager::Options> options);
  // How that goes, log by log.
  std::vector<log::CleaningStatus> CleaningStatuses() const;

  // Adds the offsets of logs in `directory` to checkpoints.
  void AddOffsets(const std::string& directory, log::LogDirectory::Checkpoints& into);
  // Closes every log, durably. The first error of each log directory that met one, by its path.
  using CloseErrors = std::map<std::string, absl::Status>;
  io::Task<CloseErrors> CloseLogs();
  // What closed logs in `directory` need not be asked at the next start.
  void AddAsLeft(const std::string& directory, log::Manifest& into);
  // Forgets the logs, once they are closed.
  io::Task<void> DropLogs();

 private:
  void Serve(Partition& partition);
  // Its partitions in an order that depends on nothing but their keys.
  std::vector<Partition*> Ordered() const;
  io::Task<void> OpenOne(const OpenOrder& order, OpenOutcome& outcome, io::Semaphore& slots);
  io::Task<void> CloseOne(Partition& partition, CloseErrors& errors, io::Semaphore& slots);

  const int index_;
  io::Loop& loop_;
  const ShardLimits limits_;
  log::FileCache files_;
  log::Flusher flusher_;
  cluster::ImageRef image_;
  absl::flat_hash_map<PartitionKey, std::unique_ptr<Partition>> partitions_;
  std::unique_ptr<log::CleanerManager> cleaner_;  // null: nothing is compacted
  std::unique_ptr<GroupCoordinators> groups_;
  std::set<PartitionKey> left_out_;
  std::vector<PartitionKey> unserved_;  // since the last ServeOpened
  std::list<io::Event*> waiting_;       // in order of arrival
  bool stopping_ = false;
  metrics::ShardCounters counters_;
  SlowRequests slow_requests_;
  FetchSessions fetch_sessions_;
  net::SlabPool slabs_;
  net::MemoryBudget budget_;
  net::MemoryBudget small_budget_;
  net::MemoryBudget ahead_budget_;
  net::ConnectionEnvironment connection_environment_;
  net::ConnectionSet connections_;
};

}  // namespace varve::broker
