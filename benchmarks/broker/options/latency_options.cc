#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

constexpr const char* kLatencyFooter = R"(
All times count from when a record was meant to be sent, whether or not it could be sent then.
What varve-bench echo shows at the same rate is the floor.

Examples
  varve-bench latency --create                              1000 records a second
  varve-bench latency --record-rate 20000 --records-per-batch 20 --acks all
)";

constexpr const char* kEchoFooter = R"(
A thread of this process answers each request and does nothing else. At full speed this is what
the load itself can do, at a rate what its latency has of its own.

Examples
  varve-bench echo --records-per-batch 1
  varve-bench echo --records-per-batch 1 --connections 1 --rate 1000
)";

}  // namespace

void AddLatencyModes(CLI::App& root, Invocation& invocation) {
  {
    auto [app, options] =
        AddMode(root, invocation, "latency",
                "From producer to broker and to consumer, at a fixed rate", &RunLatency);
    AddProduceShape(app, options.produce);
    AddRates(app, options.produce);
    app.add_option("--consumers", options.consumers, "Each receives all records")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.footer(kLatencyFooter);
  }
  auto [app, options] =
      AddMode(root, invocation, "echo", "The load without a broker: its own floor", &RunEcho);
  AddProduceShape(app, options.produce);
  AddRates(app, options.produce);
  app.footer(kEchoFooter);
}

}  // namespace varve::bench
