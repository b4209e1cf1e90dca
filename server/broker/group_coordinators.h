#pragma once

#include <absl/container/btree_map.h>

#include <memory>
#include <utility>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/log.h"
#include "server/broker/partition.h"
#include "server/coordinator/consumer/topics.h"
#include "server/coordinator/coordinator_config.h"
#include "server/coordinator/group_coordinator.h"

namespace varve::broker {

// The coordinators of one shard: one for each partition of __consumer_offsets that it serves.
//
// Lifetime  Loop, config and logs outlive it. StopAll has ended before its destructor.
// Threads   The shard's loop.
class GroupCoordinators {
 public:
  using ByPartition = absl::btree_map<PartitionKey, std::unique_ptr<coordinator::GroupCoordinator>>;

  GroupCoordinators(io::Loop& loop, const coordinator::CoordinatorConfig& config,
                    std::unique_ptr<coordinator::TopicCatalog> topics)
      : loop_(loop), config_(config), topics_(std::move(topics)) {}

  // Requires: there is none yet.
  void Start(const PartitionKey& key, log::Log& log);
  // Nullptr if there is none.
  coordinator::GroupCoordinator* Find(const PartitionKey& key);
  const ByPartition& all() const { return coordinators_; }

  // Answers everything that waits for members: the broker is about to stop.
  void BeginStop();
  // Before the log is closed; nothing happens if there is none.
  io::Task<void> Stop(PartitionKey key);
  io::Task<void> StopAll();

 private:
  io::Loop& loop_;
  const coordinator::CoordinatorConfig& config_;
  const std::unique_ptr<coordinator::TopicCatalog> topics_;
  ByPartition coordinators_;
};

}  // namespace varve::broker
