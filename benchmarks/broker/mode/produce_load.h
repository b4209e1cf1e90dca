#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/broker/cluster/topic.h"
#include "benchmarks/broker/frames/batches.h"
#include "benchmarks/broker/load/producers.h"

namespace varve::bench {

// What producers do, as it is asked for.
struct ProduceShape {
  BatchShape batch;
  int connections = 4;
  int in_flight = 5;               // requests of each connection
  int acks = 1;                    // -1: all
  double requests_per_second = 0;  // of all connections together; 0: full speed
  double records_per_second = 0;   // instead

  // In requests; 0: full speed.
  double Rate() const {
    return records_per_second > 0 ? records_per_second / batch.records : requests_per_second;
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

  const ProducerPlan& PlanFor(int worker) const { return plans_[static_cast<size_t>(worker)]; }

 private:
  absl::Status MakeFrames(const Topic& topic, const ProduceShape& shape);
  void MakePlans(const Topic& topic, const ProduceShape& shape, int workers);

  std::map<std::string, ProduceFrames> frames_;  // by the broker that they go to
  std::vector<ProducerPlan> plans_;
};

// Connects, begins with the others, and produces until the worker is stopped.
io::Task<absl::Status> ProduceAs(Worker& worker, const ProducerPlan& plan);

}  // namespace varve::bench
