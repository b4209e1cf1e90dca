#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

void AddBatchCurve(CLI::App& root, Invocation& invocation) {
  auto [app, options] = AddMode(root, invocation, "batch-curve",
                                "Producing by the number of records in a request", &RunBatchCurve);
  AddProduceShape(app, options.produce);
  AddRates(app, options.produce);
  app.remove_option(app.get_option("--records-per-batch"));
  app.add_option("--records", options.records, "Of a request, a row for each")
      ->delimiter(',')
      ->check(CLI::Range(uint32_t{1}, uint32_t{1'000'000}))
      ->allow_extra_args(false)
      ->default_str("1,5,10,50,100,500,1000");
}

void AddPartitions(CLI::App& root, Invocation& invocation) {
  auto [app, options] = AddMode(
      root, invocation, "partitions",
      "Producing to many partitions in turn; makes a topic for each number", &RunPartitions);
  AddProduceShape(app, options.produce);
  AddRates(app, options.produce);
  app.add_option("--counts", options.counts, "Numbers of partitions, a row for each")
      ->delimiter(',')
      ->check(CLI::Range(1, 1'000'000))
      ->allow_extra_args(false)
      ->default_str("1,10,100,1000,10000");
}

void AddCold(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddMode(root, invocation, "cold",
              "Producing at a rate, alone and beside a backfill from the start", &RunCold);
  AddProduceShape(app, options.produce);
  AddRates(app, options.produce);
  app.add_option("--fill", options.fill_bytes, "Produce so much first, at full speed: 8GiB")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--max-bytes", options.backfill.max_bytes, "Of an answer to the backfill")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(1, 1 << 30))
      ->capture_default_str();
  app.add_option("--consumers", options.backfill.consumers, "That read from the start")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
}

void AddFairness(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddMode(root, invocation, "fairness",
              "Producing at a rate, alone and beside one who floods the broker", &RunFairness);
  AddProduceShape(app, options.produce);
  AddRates(app, options.produce);
  app.add_option("--flood-connections", options.flood_connections, "Of those who flood")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--flood-in-flight", options.flood_in_flight,
                 "Requests under way on each of them, always")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--flood-records-per-batch", options.flood_records, "Records of their requests")
      ->check(CLI::Range(uint32_t{1}, uint32_t{1'000'000}))
      ->capture_default_str();
}

void AddConnections(CLI::App& root, Invocation& invocation) {
  auto [app, options] = AddMode(
      root, invocation, "connections",
      "Many connections that do nothing, and the broker's memory for them", &RunConnections);
  app.add_option("--connections", options.connections, "How many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--hold-ms", options.hold_ms, "How long they stay once all are there")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
}

void AddChurn(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddMode(root, invocation, "churn", "Connections that ask one thing and go", &RunChurn);
  app.add_option("--clients", options.clients, "At once, on each thread")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
}

}  // namespace

void AddOtherModes(CLI::App& root, Invocation& invocation) {
  AddBatchCurve(root, invocation);
  AddPartitions(root, invocation);
  AddCold(root, invocation);
  AddFairness(root, invocation);
  AddConnections(root, invocation);
  AddChurn(root, invocation);
}

}  // namespace varve::bench
