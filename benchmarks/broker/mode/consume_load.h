#pragma once

#include <vector>

#include "benchmarks/broker/cluster/topic.h"
#include "benchmarks/broker/load/consumers.h"
#include "benchmarks/broker/mode/common.h"

namespace varve::bench {

// What consumers do, as it is asked for.
struct ConsumeShape {
  bool tail = false;    // from the end on, waiting there; else all of it, again and again
  int consumers = 1;    // each reads all partitions
  int connections = 1;  // of each consumer, at most one for each partition; tail: that many always
  int32_t max_bytes = 1 << 20;
  bool once = false;  // not again at the end
};

// The same, spread over partitions and workers: a plan for each worker.
// Errors    FailedPrecondition: there is nothing to catch up with.
absl::StatusOr<std::vector<ConsumerPlan>> PlanConsumers(const Topic& topic,
                                                        const std::vector<Extent>& extents,
                                                        const ConsumeShape& shape, int workers);

// Where the partitions begin and end now.
absl::StatusOr<std::vector<Extent>> ExtentsOf(const Common& common, const Topic& topic);

}  // namespace varve::bench
