#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

std::map<std::string, record::Codec> Codecs() {
  return {{"none", record::Codec::kNone},
          {"gzip", record::Codec::kGzip},
          {"snappy", record::Codec::kSnappy},
          {"lz4", record::Codec::kLz4},
          {"zstd", record::Codec::kZstd}};
}

constexpr const char* kProduceFooter = R"(
Examples
  varve-bench produce --create                                  as fast as it goes
  varve-bench produce --records-per-batch 5000 --duration 30s   requests of about 1 MiB
  varve-bench produce --keys 1000 --partitions 16 --recreate    small batches, by key
  varve-bench produce --rate 500 --broker-pid port --json out.json
)";

}  // namespace

void AddBatchShape(CLI::App& app, BatchShape& shape) {
  app.add_option("--record-size", shape.record_bytes, "Bytes of each value")
      ->check(CLI::Range(uint32_t{0}, uint32_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--codec", shape.codec, "none, gzip, snappy, lz4 or zstd")
      ->transform(OneOf(Codecs()))
      ->default_str("none");
}

void AddRates(CLI::App& app, ProduceShape& shape) {
  auto* rate = app.add_option("--rate", shape.requests_per_second,
                              "Requests a second, of all connections; 0: as fast as it goes")
                   ->check(CLI::NonNegativeNumber)
                   ->capture_default_str();
  app.add_option("--record-rate", shape.records_per_second, "Records a second, instead")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->excludes(rate);
}

void AddProduceOnly(CLI::App& app, ProduceShape& shape) {
  app.add_option("--records-per-batch", shape.batch.records,
                 "Records of each request: one batch, or with --keys as many as keys fall on")
      ->check(CLI::Range(uint32_t{1}, uint32_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--keys", shape.batch.keys, "How many different keys; 0: no keys")
      ->capture_default_str();
  AddBatchShape(app, shape.batch);
  app.add_option("--in-flight", shape.in_flight, "Requests under way on each connection")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--acks", shape.acks, "0, 1, or -1 for all replicas")
      ->transform(CLI::Transformer(std::map<std::string, int>{{"all", -1}}))
      ->check(CLI::Range(-1, 1))
      ->capture_default_str();
}

void AddProduceShape(CLI::App& app, ProduceShape& shape) {
  AddProduceOnly(app, shape);
  app.add_option("--connections", shape.connections, "To all brokers together")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
}

void AddProduceMode(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddMode(root, invocation, "produce", "Produce, and measure until acknowledged", &RunProduce);
  AddProduceShape(app, options.shape);
  AddRates(app, options.shape);
  app.footer(kProduceFooter);
}

}  // namespace varve::bench
