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
// Lifetime  Plan and meter outlive it.
// Threads   The worker's.
class Producers {
 public:
  Producers(Worker& worker, const ProducerPlan& plan) : Producers(worker, worker.meter(), plan) {}
  // Counts elsewhere than the worker does.
  Producers(Worker& worker, Meter& meter, const ProducerPlan& plan)
      : worker_(worker), meter_(meter), plan_(plan) {}

  io::Task<absl::Status> Connect();
  // Sends until `stop`; done when all is answered.
  // Errors    Of the first connection that breaks; DeadlineExceeded: answers stay out.
  io::Task<absl::Status> Run(io::Event& stop);

 private:
  io::Task<> RunLane(ProduceLane& lane);
  void Tick();
  ProduceLane* NextWithRoom();

  Worker& worker_;
  Meter& meter_;
  const ProducerPlan& plan_;
  Schedule schedule_{0, {}};
  std::vector<std::unique_ptr<ProduceLane>> lanes_;
  size_t next_lane_ = 0;
  absl::Status failure_;
};

}  // namespace varve::bench
