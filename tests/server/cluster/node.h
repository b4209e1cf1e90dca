#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "server/cluster/controller.h"
#include "server/config/broker_config.h"

namespace varve::cluster::test {

inline constexpr std::string_view kData = "/data";
inline constexpr std::string_view kLogFile = "/data/__cluster_metadata-0/00000000000000000000.log";
inline constexpr std::string_view kQuorumFile = "/data/__cluster_metadata-0/quorum-state";

// A simulated machine with one log directory, on which one broker's controller runs at a time.
class Node {
 public:
  explicit Node(io::SimOptions options = {}, std::string_view config_text = {});
  ~Node();

  // A new process: identity, log directory, controller.
  absl::Status Start();
  // The end of the process, after an orderly Close or whatever a crash has left of it.
  void Stop(bool clean = false);
  void Restart() {
    Stop();
    MustStart();
  }
  void MustStart();

  Controller& controller() { return *controller_; }
  ImageRef image() { return controller_->image(); }
  io::SimDisk& disk() { return world.disk(); }
  io::Loop& loop() { return *loop_; }
  template <typename T>
  T Run(io::Task<T> task) {
    return world.Run(*loop_, std::move(task));
  }

  // The requests, as plain calls. Those that take one entry return its error.
  TopicResult Create(NewTopic topic, bool validate_only = false);
  wire::ErrorCode Create(const std::string& name, int32_t partitions = 1) {
    return Create(NewTopic{.name = name, .partitions = partitions}).error;
  }
  wire::ErrorCode Delete(const std::string& name);
  wire::ErrorCode Grow(const std::string& name, int32_t count);

  io::SimWorld world;
  int shards = 4;

 private:
  io::Task<absl::Status> Open();

  config::BrokerConfig config_;
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<log::FileCache> files_;
  std::unique_ptr<log::LogDirectory> directory_;
  std::unique_ptr<Controller> controller_;
};

// Everything that an image says, in lines; without the shards.
std::string Describe(const Image& image);

}  // namespace varve::cluster::test
