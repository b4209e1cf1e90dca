#pragma once

#include <absl/status/status.h>

#include <cstdint>

#include "benchmarks/broker/cluster/topic.h"
#include "benchmarks/broker/mode/common.h"
#include "benchmarks/broker/mode/produce_load.h"

namespace varve::bench {

// Produces so many bytes at full speed, acknowledged, before something else is measured.
absl::Status Fill(const Common& common, const Topic& topic, const ProduceShape& shape,
                  uint64_t bytes);

}  // namespace varve::bench
