#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/broker/cluster/topic.h"
#include "benchmarks/broker/frames/batches.h"
#include "benchmarks/broker/frames/stamp.h"
#include "benchmarks/broker/load/producers.h"

namespace varve::bench {

// What producers do, as it is asked for.
struct ProduceShape {
  BatchShape batch{};
  int connections = 4;
  int in_flight = 5;               // requests of each connection
  int acks = 1;                    // -1: all
  double requests_per_second = 0;  // of all connections together; 0: full speed
  double records_per_second = 0;   // instead

  // In requests; 0: full speed.
  double Rate() const {
    return requests_per_second > 0 ? requests_per_second : records_per_second / batch.records;
  }
};

// The same, spread over the brokers that lead the topic and over workers.
//
// Lifetime  Outlives the workers that follow its plans.
// Threads   Any, once it is made.
class ProduceLoad {
 public:
  static absl::StatusOr<std::unique_ptr<ProduceLoad>> Make(const Topic& topic,
                                                           const ProduceShape& shape, int workers);

  // The same, of this batch, each request with the time in it that it was meant for.
  static absl::StatusOr<std::unique_ptr<ProduceLoad>> MakeStamped(const Topic& topic,
                                                                  const ProduceShape& shape,
                                                                  int workers,
                                                                  const StampedBatch& stamped);

  const ProducerPlan& PlanFor(int worker) const { return plans_[static_cast<size_t>(worker)]; }

 private:
  // A source of requests that begins with the first-th of `frames`.
  using NewSource =
      std::function<std::unique_ptr<FrameSource>(const std::vector<Frame>& frames, size_t first)>;

  absl::Status MakeFrames(const Topic& topic, const ProduceShape& shape, const Buffer* batch);
  void MakePlans(const Topic& topic, const ProduceShape& shape, int workers,
                 const NewSource& new_source);

  std::map<std::string, ProduceFrames> frames_;  // by the broker that they go to
  std::vector<ProducerPlan> plans_;
};

// Connects, begins with the others, and produces until the worker is stopped.
io::Task<absl::Status> ProduceAs(Worker& worker, const ProducerPlan& plan);
// Counts elsewhere than the worker does.
io::Task<absl::Status> ProduceAs(Worker& worker, Meter& meter, const ProducerPlan& plan);

}  // namespace varve::bench
