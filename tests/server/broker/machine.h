#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"
#include "server/broker/broker.h"
#include "server/config/broker_config.h"
#include "tests/server/broker/client.h"

namespace varve::broker::test {

// A `config`: two directories for topics and one for the metadata.
inline constexpr std::string_view kTwoDirectories =
    "log.dirs=/data,/more\nmetadata.log.dir=/meta\n";

struct MachineOptions {
  size_t shards = 2;
  std::string_view config = {};  // beside where to listen and where the data is
  io::SimOptions sim = {};
};

// A simulated machine on which one broker runs at a time, and its clients.
class Machine {
 public:
  explicit Machine(MachineOptions options = {});
  ~Machine();

  // A new process.
  absl::Status TryStart();
  void Start();
  // The same in two steps: what happens in between sees a broker that starts.
  void BeginStart();
  void EndStart();
  // An orderly end of the process.
  absl::Status Stop();
  // What is under way happens in part or not at all; then the process is gone.
  void Crash(io::SimCrash kind);
  void Restart() {
    MustStop();
    Start();
  }
  void MustStop();

  // A connection to the broker. Connections go round the shards, beginning with the first.
  Client& Connect();
  // The first connection, made when it is first asked for.
  Client& client();

  io::SimDisk& disk() { return world.disk(); }
  Broker& broker() { return *broker_; }
  io::Loop& shard(size_t index) { return *loops_[index]; }
  void RunFor(io::Duration duration) { world.RunFor(duration); }
  int64_t NowMs() { return world.clock().WallMillis(); }

  io::SimWorld world;

 private:
  io::Task<absl::Status> OpenStream(std::unique_ptr<io::Stream>& stream);
  void MakeProcess();
  io::Task<void> StartBroker();
  void EndProcess();

  const size_t shards_;
  const config::BrokerConfig config_;
  std::unique_ptr<io::Loop> client_loop_;
  std::vector<std::unique_ptr<io::Loop>> loops_;
  std::unique_ptr<Broker> broker_;
  std::optional<absl::Status> started_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace varve::broker::test
