#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/broker/broker_limits.h"
#include "server/broker/context.h"
#include "server/broker/dispatcher.h"
#include "server/broker/monitor.h"
#include "server/broker/shard.h"
#include "server/broker/storage.h"
#include "server/cluster/controller.h"
#include "server/cluster/producer_ids.h"
#include "server/config/broker_config.h"
#include "server/net/connection_count.h"

namespace varve::broker {

// The whole broker over some loops, one of which is the home of everything that there is only
// one of: log directories, metadata, listeners.
//
//   Broker broker(config, loops);
//   RETURN_IF_ERROR(co_await broker.Start());   // on the first loop; now it serves
//   ...
//   co_await broker.Stop();
//
// Lifetime  Config and loops outlive it; the loops run until Stop has ended.
// Threads   Its tasks: the first loop.
class Broker : private cluster::ImageListener {
 public:
  using Resources = MachineLimits;

  Broker(const config::BrokerConfig& config, std::vector<io::Loop*> loops, Resources resources);
  ~Broker() override;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Opens everything and begins to serve. After an error Stop is still to be called.
  io::Task<absl::Status> Start();
  // Ends serving, makes everything durable, and writes the markers of a clean stop.
  io::Task<absl::Status> Stop();

  // How many logs are open since the start, and how many are to be: it serves before all of them
  // are, if some need long.
  const Storage::Opening& opening() const { return storage_.opening(); }

  // Where it listens, with ports that were chosen; after Start.
  const std::vector<io::Endpoint>& bound() const { return bound_; }

  // How far it has come.
  Progress progress() const;

 private:
  io::Loop& home() { return *loops_[0]; }
  io::Task<absl::Status> OnImage(cluster::ImageRef image) override;
  io::Task<absl::Status> Publish(cluster::ImageRef image);
  io::Task<void> ApplySettings(const config::BrokerSettings& settings);
  io::Task<absl::Status> OpenController();
  io::Task<absl::Status> OpenLogs();
  io::Task<void> OpenRest();
  io::Task<absl::Status> ServeOpened(std::vector<log::TopicPartition> lost_tails);
  io::Task<absl::Status> BeginEpochs(std::vector<log::TopicPartition> lost_tails);

  io::Task<absl::Status> StartMonitor();
  io::Task<absl::Status> Listen();
  io::Task<absl::StatusOr<std::unique_ptr<io::Listener>>> Bind(io::Endpoint where);
  void Accept();
  io::Task<void> AcceptFrom(io::Listener& listener, size_t index);
  io::Task<void> Admit(std::unique_ptr<io::Socket> socket, size_t listener);
  io::Task<void> ServeOn(Shard& shard, std::unique_ptr<io::Socket> socket, net::Peer peer);

  io::Task<void> StartCleaning();
  io::Task<void> WriteCheckpointsRegularly();
  io::Task<void> KeepLogsOf(Shard& shard);
  io::Task<void> RemoveDoomedLater();
  io::Task<void> CloseConnections();
  io::Task<void> CloseConnectionsOf(Shard& shard);
  io::Task<absl::Status> CloseLogs(const absl::Status& controller_closed);

  const config::BrokerConfig& config_;
  const config::BrokerSettings& settings_;
  std::vector<io::Loop*> loops_;
  BrokerFacts facts_;
  std::vector<std::unique_ptr<Dispatcher>> dispatchers_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Storage storage_;
  std::unique_ptr<log::FileCache> metadata_files_;
  std::unique_ptr<cluster::Controller> controller_;
  std::unique_ptr<cluster::ProducerIds> producer_ids_;
  cluster::ImageRef published_;

  Monitor monitor_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
  std::vector<io::Endpoint> bound_;
  net::ConnectionCount connection_count_;
  size_t next_shard_ = 0;
  bool logs_open_ = false;
  bool serving_ = false;
  io::Event all_open_;
  bool removing_ = false;  // a task waits to remove what was deleted
  io::Event stop_;
  io::Gate gate_;
};

}  // namespace varve::broker
