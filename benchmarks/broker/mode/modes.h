#pragma once

#include <absl/status/statusor.h>

#include "benchmarks/broker/mode/common.h"
#include "benchmarks/broker/mode/consume_load.h"
#include "benchmarks/broker/mode/produce_load.h"

namespace varve::bench {

struct ProduceOptions {
  ProduceShape shape;
};
absl::StatusOr<Rows> RunProduce(const Common& common, const ProduceOptions& options);

struct ConsumeOptions {
  ConsumeShape shape;
  uint64_t fill_bytes = 0;  // produced before, if there is nothing
  ProduceShape produce;     // what is produced before (catch-up) or meanwhile (tail)
  bool no_produce = false;  // tail: somebody else does
};
absl::StatusOr<Rows> RunConsume(const Common& common, const ConsumeOptions& options);

}  // namespace varve::bench
