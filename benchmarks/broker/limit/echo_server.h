#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "engine/base/bytes.h"
#include "engine/io/backend.h"
#include "engine/io/net.h"
#include "engine/io/sync.h"

namespace varve::bench {

// A broker that does nothing: answers every Produce request at once with the same good answer, on
// a loop and a thread of its own. What a load gets out of it is what the load can ask for at most,
// and how long that takes at least.
class EchoServer {
 public:
  explicit EchoServer(io::Backend& backend) : backend_(backend) {}
  ~EchoServer();

  // Listens on a free port here, and serves until the destructor. The version of all requests is
  // kVersion, each for one partition.
  absl::StatusOr<io::Endpoint> Start();
  // Of its thread, so far.
  double CpuSeconds();

  static constexpr int kVersion = 9;

 private:
  struct StopWork : io::Work {
    explicit StopWork(EchoServer& of) : io::Work(&Run), server(of) {}
    static void Run(io::Work& work);
    EchoServer& server;
  };

  io::Task<> Listen();
  io::Task<> Accept(io::Listener& listener);
  io::Task<> Serve(std::unique_ptr<io::Stream> stream);

  io::Backend& backend_;
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<io::Event> stop_;
  StopWork stop_work_{*this};
  Buffer answer_;
  Buffer hot_;
  std::atomic<int> port_{kNotYet};
  std::thread thread_;

  static constexpr int kNotYet = -1;
  static constexpr int kFailed = 0;
};

}  // namespace varve::bench
