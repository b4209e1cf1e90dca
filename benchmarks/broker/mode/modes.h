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

struct LimitOptions {
  std::string what = "both";
  std::vector<uint64_t> sizes = {16 << 10, 1 << 20};
  std::string directory = ".";
  uint64_t file_bytes = 1 << 30;
  int in_flight = 5;
};
absl::StatusOr<Rows> RunLimit(const Common& common, const LimitOptions& options);

struct LatencyOptions {
  ProduceShape produce{.batch = {.records = 1}, .connections = 1, .records_per_second = 1000};
  int consumers = 1;
};
absl::StatusOr<Rows> RunLatency(const Common& common, const LatencyOptions& options);

struct EchoOptions {
  ProduceShape produce;
};
absl::StatusOr<Rows> RunEcho(const Common& common, const EchoOptions& options);

}  // namespace varve::bench
