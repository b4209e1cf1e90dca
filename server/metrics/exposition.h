#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "engine/log/counters.h"
#include "server/metrics/time_buckets.h"

namespace varve::metrics {

using MetricType = prometheus::MetricType;

// Prometheus's text format, made family by family: of each only one is in memory as values.
//
//   exposition.Begin("varve_syncs_total", "Calls of fdatasync.", MetricType::Counter);
//   exposition.Value(3, {{"shard", "0"}});
//   std::string text = exposition.Take();
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Ends the family before it. One without values is left out.
  void Begin(std::string_view name, std::string_view help, MetricType type);

  // Of a counter, a gauge, or what has no type.
  void Value(double value, Labels labels = {});
  // Of a summary, in milliseconds as Kafka's are. Without recent times there are no quantiles.
  void Milliseconds(uint64_t count, uint64_t sum_ns, const TimeBuckets& recent, Labels labels);
  // Of a histogram.
  void Sizes(const log::SizeCounts& sizes, Labels labels);

  // A family of one value without labels.
  void One(std::string_view name, std::string_view help, MetricType type, double value);

  std::string Take();

 private:
  prometheus::ClientMetric& Add(Labels labels);
  void End();

  prometheus::MetricFamily family_;
  std::ostringstream out_;
};

}  // namespace varve::metrics
