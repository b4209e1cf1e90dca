#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/net.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/broker/context.h"
#include "server/broker/loop_pulse.h"
#include "server/http/server.h"

namespace varve::broker {

// How far the broker has come.
struct Progress {
  enum class State { kStarting, kOpening, kReady, kStopping };
  State state = State::kStarting;
  size_t opened = 0;  // logs
  size_t total = 0;
};

// What the broker tells of itself over HTTP: /metrics, /livez, /readyz. From before its start to
// its stop.
//
// Bounds    One scrape at a time; others wait for their turn.
// Lifetime  Close has ended before its destructor, and before that of anything it looks at.
// Threads   The first shard's loop.
class Monitor : private http::Handler {
 public:
  // A shard that does not answer a message for so long does not live.
  static constexpr io::Duration kPatience = std::chrono::seconds(5);

  struct Env {
    const BrokerFacts& facts;
    std::vector<io::Loop*> loops;  // of the shards; the first one is home
    std::function<Progress()> progress;
    std::string io_backend;
  };
  explicit Monitor(Env env);

  void Start(std::unique_ptr<io::Listener> listener);
  io::Task<void> Close();

 private:
  io::Task<http::Response> Get(std::string path) override;
  io::Task<http::Response> Metrics();
  io::Task<http::Response> Live();
  http::Response Ready() const;

  io::Loop& home() const { return *env_.loops[0]; }

  const Env env_;
  LoopPulse pulse_;
  io::Semaphore scraping_;  // of one
  http::Server server_;
};

// {"status":"opening","opened":3,"total":10}
std::string ToJson(const Progress& progress);

}  // namespace varve::broker
