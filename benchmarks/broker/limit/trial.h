#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "benchmarks/broker/load/team.h"
#include "benchmarks/broker/stats/figures.h"

namespace varve::bench {

// What is asked for over one loopback connection: requests and answers of one size each.
struct Conversation {
  size_t request_bytes = 0;
  size_t answer_bytes = 0;
  int in_flight = 4;
  bool counts_answers = false;  // bytes are those of the answers; else of the requests

  size_t counted_bytes() const { return counts_answers ? answer_bytes : request_bytes; }
};

// Serves one connection, until its peer ends its side: adds 1 to `served` for each request, once
// its answer is sent.
using Serve = std::function<absl::Status(int fd, std::atomic<uint64_t>& served)>;

// Has one thread ask and another serve, and measures. The CPU time of the thread that serves
// stands where a broker's would, that of the one that asks where the generator's does.
absl::StatusOr<Figures> RunTrial(const Conversation& conversation, const Serve& serve,
                                 const Limits& limits);

}  // namespace varve::bench
