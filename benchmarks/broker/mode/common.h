#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/broker/cluster/topic.h"
#include "benchmarks/broker/load/team.h"
#include "benchmarks/broker/stats/figures.h"
#include "engine/io/backend.h"

namespace varve::bench {

// What every mode is told.
struct Common {
  std::string bootstrap = "127.0.0.1:9092";
  std::string backend = "epoll";  // takes less CPU for many small answers
  int threads = 1;
  int64_t warm_up_ms = 1000;
  int64_t duration_ms = 10'000;
  uint64_t bytes = 0;      // 0: any number
  uint64_t requests = 0;   // likewise
  std::string broker_pid;  // a number; "port": whoever listens on the first bootstrap address
  std::string json;        // a file; "-": standard output; "": none
  bool progress = false;
  bool errors_allowed = false;
  TopicSpec topic;

  Limits limits() const;
  absl::StatusOr<Watch> watch() const;
};

// One measurement of a run.
struct Row {
  std::string label;
  Figures figures;
};
using Rows = std::vector<Row>;

absl::StatusOr<std::unique_ptr<io::Backend>> OpenBenchBackend(const Common& common);

// Runs a task that talks to the cluster on a loop of its own, and waits for it.
absl::Status WithClient(const Common& common,
                        const std::function<io::Task<absl::Status>(cli::Client&)>& call);

// The topic, as the command line wants it.
absl::StatusOr<Topic> Prepare(const Common& common);
// Removes it again, if the command line wants that. What was measured counts if that fails.
void CleanUp(const Common& common);

// One measurement with a team of workers.
absl::StatusOr<Figures> MeasureTeam(const Common& common, const Body& body);
absl::StatusOr<Figures> MeasureTeam(const Common& common, const Body& body, const Watch& watch);

}  // namespace varve::bench
