#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "engine/io/backend.h"
#include "server/broker/broker.h"
#include "server/config/broker_config.h"

namespace varve {

// The threads of varved, and the broker on them.
//
//   Process process(config);
//   int status = process.Run();    // until SIGTERM or SIGINT
//
// Signals   Block SIGTERM, SIGINT and SIGUSR1 before any thread is started.
class Process {
 public:
  explicit Process(const config::BrokerConfig& config);
  ~Process();

  // The exit status: 0 after a clean stop.
  int Run();

 private:
  absl::Status OpenLoops();
  void StartBroker();
  absl::Status StopBroker();
  void JoinThreads();

  const config::BrokerConfig& config_;
  std::unique_ptr<io::Backend> backend_;
  std::vector<std::unique_ptr<io::Loop>> loops_;
  std::unique_ptr<broker::Broker> broker_;
  std::vector<std::thread> threads_;
};

}  // namespace varve
