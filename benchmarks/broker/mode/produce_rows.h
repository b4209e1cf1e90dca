#pragma once

#include <absl/status/statusor.h>

#include "benchmarks/broker/mode/common.h"
#include "benchmarks/broker/mode/produce_load.h"

namespace varve::bench {

// One measurement of producing to a topic that is there.
absl::StatusOr<Figures> MeasureProduce(const Common& common, const Topic& topic,
                                       const ProduceShape& shape);

}  // namespace varve::bench
