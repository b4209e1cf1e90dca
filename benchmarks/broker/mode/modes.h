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
  std::string only;  // of the ways to do it, by name; empty: all
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

struct BatchCurveOptions {
  std::vector<uint32_t> records = {1, 5, 10, 50, 100, 500, 1000};
  ProduceShape produce{.connections = 16};
};
absl::StatusOr<Rows> RunBatchCurve(const Common& common, const BatchCurveOptions& options);

struct PartitionsOptions {
  std::vector<int32_t> counts = {1, 10, 100, 1000, 10'000};
  ProduceShape produce{.batch = {.records = 10}, .connections = 16};
};
absl::StatusOr<Rows> RunPartitions(const Common& common, const PartitionsOptions& options);

struct ColdOptions {
  uint64_t fill_bytes = 0;
  ProduceShape fill{.batch = {.records = 1000}};
  ProduceShape produce{.records_per_second = 50'000};
  ConsumeShape backfill;
};
absl::StatusOr<Rows> RunCold(const Common& common, const ColdOptions& options);

struct FairnessOptions {
  ProduceShape produce{.batch = {.records = 10}, .connections = 15, .records_per_second = 15'000};
  int flood_connections = 1;
  int flood_in_flight = 100;
  uint32_t flood_records = 1000;  // of each request
};
absl::StatusOr<Rows> RunFairness(const Common& common, const FairnessOptions& options);

struct ConnectionsOptions {
  int connections = 10'000;
  int64_t hold_ms = 1000;
};
// Takes as long as opening them does, at most --duration.
absl::StatusOr<Rows> RunConnections(const Common& common, const ConnectionsOptions& options);

struct ChurnOptions {
  int clients = 16;
};
absl::StatusOr<Rows> RunChurn(const Common& common, const ChurnOptions& options);

}  // namespace varve::bench
