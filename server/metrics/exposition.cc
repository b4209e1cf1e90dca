#include "server/metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>

namespace varve::metrics {
namespace {

constexpr double kQuantiles[] = {0.5, 0.75, 0.95, 0.98, 0.99, 0.999};

double MillisOf(uint64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace

void Exposition::Begin(std::string_view name, std::string_view help, MetricType type) {
  End();
  family_.name = name;
  family_.help = help;
  family_.type = type;
}

void Exposition::End() {
  if (family_.metric.empty()) return;
  const prometheus::TextSerializer serializer;
  serializer.Serialize(out_, {family_});
  family_.metric.clear();
}

prometheus::ClientMetric& Exposition::Add(Labels labels) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels) {
    metric.label.push_back({std::string(name), std::string(value)});
  }
  return metric;
}

void Exposition::Value(double value, Labels labels) {
  prometheus::ClientMetric& metric = Add(labels);
  metric.counter.value = metric.gauge.value = metric.untyped.value = value;
}

void Exposition::One(std::string_view name, std::string_view help, MetricType type, double value) {
  Begin(name, help, type);
  Value(value);
}

void Exposition::Milliseconds(uint64_t count, uint64_t sum_ns, const TimeBuckets& recent,
                              Labels labels) {
  prometheus::ClientMetric::Summary& summary = Add(labels).summary;
  summary.sample_count = count;
  summary.sample_sum = MillisOf(sum_ns);
  if (recent.total() == 0) return;
  for (const double part : kQuantiles) {
    summary.quantile.push_back({part, recent.Quantile(part) / 1000});
  }
}

void Exposition::Sizes(const log::SizeCounts& sizes, Labels labels) {
  prometheus::ClientMetric::Histogram& histogram = Add(labels).histogram;
  uint64_t so_far = 0;
  for (size_t i = 0; i < log::SizeCounts::kBuckets; ++i) {
    so_far += sizes.counts[i];
    const bool last = i + 1 == log::SizeCounts::kBuckets;
    const double bound = last ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(log::SizeCounts::LargestOf(i));
    histogram.bucket.push_back({so_far, bound});
  }
  histogram.sample_count = so_far;
  histogram.sample_sum = static_cast<double>(sizes.sum);
}

std::string Exposition::Take() {
  End();
  return std::move(out_).str();
}

}  // namespace varve::metrics
