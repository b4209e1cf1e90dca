#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

constexpr const char* kConsumeFooter = R"(
catch-up reads all there is, from the start again when it comes to the end. tail reads what
comes, and produces it itself (as the options of produce say), unless --no-produce is given.

Examples
  varve-bench consume --recreate --fill 1GiB                    what there is, 1 MiB an answer
  varve-bench consume --max-bytes 16KiB --connections 4
  varve-bench consume --mode tail --consumers 8 --record-rate 100000
)";

}  // namespace

void AddConsumeMode(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddMode(root, invocation, "consume", "Consume what is there, or what comes", &RunConsume);
  app.add_option("--mode", options.shape.tail, "catch-up or tail")
      ->transform(OneOf<bool>({{"catch-up", false}, {"tail", true}}))
      ->default_str("catch-up");
  app.add_option("--consumers", options.shape.consumers, "Each reads all partitions")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--connections", options.shape.connections,
                 "Of each consumer that catches up; one that tails has one for each partition")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--max-bytes", options.shape.max_bytes, "Of an answer: 1MiB, 16KiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(1, 1 << 30))
      ->capture_default_str();
  app.add_flag("--once", options.shape.once,
               "Each connection ends when it has read all of it, instead of beginning again");
  app.add_option("--fill", options.fill_bytes, "Produce so much first: 1GiB")
      ->transform(CLI::AsSizeValue(false));
  app.add_flag("--no-produce", options.no_produce, "tail: somebody else produces");
  AddProduceOnly(app, options.produce);
  AddRates(app, options.produce);
  app.footer(kConsumeFooter);
}

}  // namespace varve::bench
