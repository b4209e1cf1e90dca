#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/broker/frames/produce_frames.h"
#include "benchmarks/broker/load/metronome.h"
#include "benchmarks/broker/load/produce_lane.h"

namespace varve::bench {

// Where one connection goes, and what it sends.
struct LanePlan {
  io::Endpoint broker;
  // Called on the worker's thread.
  std::function<std::unique_ptr<FrameSource>()> source;
};

struct ProducerPlan {
  std::vector<LanePlan> lanes;  // of one worker
  LaneOptions options;
  double rate = 0;         // requests a second, of this worker; 0: as fast as they are answered
  io::Duration offset{0};  // of the first request, so that workers do not send all at once
};

// The connections of one worker that produce.
//
// Threads   The worker's.
class Producers {
 public:
  Producers(Worker& worker, const ProducerPlan& plan) : worker_(worker), plan_(plan) {}

  io::Task<absl::Status> Connect();
  // Sends until the worker is told to stop; done when all is answered.
  // Errors    Of the first connection that breaks; DeadlineExceeded: answers stay out.
  io::Task<absl::Status> Run();

 private:
  io::Task<> RunLane(ProduceLane& lane);
  void Tick();
  ProduceLane* NextWithRoom();

  Worker& worker_;
  const ProducerPlan& plan_;
  Schedule schedule_{0, {}};
  std::vector<std::unique_ptr<ProduceLane>> lanes_;
  size_t next_lane_ = 0;
  absl::Status failure_;
};

// How long the last answers may take, and a connection.
inline constexpr io::Duration kAnswerPatience = std::chrono::seconds(30);
inline constexpr io::Duration kConnectPatience = std::chrono::seconds(30);

}  // namespace varve::bench
