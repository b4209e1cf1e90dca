#pragma once

#include <absl/status/statusor.h>

#include "benchmarks/broker/mode/common.h"
#include "benchmarks/broker/mode/produce_load.h"

namespace varve::bench {

struct ProduceOptions {
  ProduceShape shape;
};
absl::StatusOr<Rows> RunProduce(const Common& common, const ProduceOptions& options);

}  // namespace varve::bench
