#pragma once

#include <deque>

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/sim/connection.h"
#include "engine/io/sync.h"

namespace varve::io {

class SimNet;

// A port of the simulated network, and who has arrived there and was not accepted yet.
class SimListener : public Listener {
 public:
  SimListener(SimNet& net, Loop& loop, ListenOptions options);
  ~SimListener() override;

  absl::Status Bind(const Endpoint& endpoint);

  Task<absl::StatusOr<std::unique_ptr<Socket>>> Accept() override;
  void Shutdown() override;
  const Endpoint& local() const override { return local_; }

  bool full() const { return arrived_.size() >= backlog_; }
  void Arrive(SimEnd end);

 private:
  SimNet& net_;
  Endpoint local_;
  size_t backlog_;
  std::deque<SimEnd> arrived_;
  Event somebody_;
  bool shut_down_ = false;
};

}  // namespace varve::io
