#pragma once

#include <memory>
#include <vector>

#include "benchmarks/broker/load/consume_lane.h"

namespace varve::bench {

// Where one connection goes, and what it reads.
struct ReadLanePlan {
  io::Endpoint broker;
  std::vector<ReadPlan> partitions;
};

struct ConsumerPlan {
  std::vector<ReadLanePlan> lanes;  // of one worker
  FetchShape shape;
};

// The connections of one worker that consume.
//
// Lifetime  Plan and meter outlive it.
// Threads   The worker's.
class Consumers {
 public:
  Consumers(Worker& worker, const ConsumerPlan& plan) : Consumers(worker, worker.meter(), plan) {}
  // Counts elsewhere than the worker does.
  Consumers(Worker& worker, Meter& meter, const ConsumerPlan& plan)
      : worker_(worker), meter_(meter), plan_(plan) {}

  io::Task<absl::Status> Connect();
  void ShowBatches(size_t front_bytes, const ConsumeLane::OnBatch& on_batch);
  // Reads until `stop`; sets it if all connections have come to their end.
  // Errors    Of the first connection that breaks.
  io::Task<absl::Status> Run(io::Event& stop);

 private:
  io::Task<> RunLane(ConsumeLane& lane, io::Event& stop);

  Worker& worker_;
  Meter& meter_;
  const ConsumerPlan& plan_;
  std::vector<std::unique_ptr<ConsumeLane>> lanes_;
  size_t running_ = 0;
  absl::Status failure_;
};

}  // namespace varve::bench
