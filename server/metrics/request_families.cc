// kafka_network_requestmetrics_*: requests, their errors and times, by API.

#include <fmt/format.h>

#include <map>

#include "server/metrics/families.h"

namespace varve::metrics {
namespace {

// One API of all shards together.
struct ApiSum {
  struct Kind {
    uint64_t count = 0;
    uint64_t sum_ns = 0;
    TimeBuckets recent{};

    void Add(const Times& times, io::MonoTime now) {
      count += times.count;
      sum_ns += times.sum_ns;
      times.recent.AddTo(recent, now);
    }
  };

  std::array<uint64_t, ApiCounters::kVersions> requests{};
  std::array<uint64_t, ApiCounters::kErrors> errors{};
  Kind total{};
  Kind queue{};
  Kind local{};
  Kind remote{};

  void Add(const ApiCounters& api, io::MonoTime now) {
    for (size_t i = 0; i < requests.size(); ++i) requests[i] += api.requests[i];
    for (size_t i = 0; i < errors.size(); ++i) errors[i] += api.errors[i];
    total.Add(api.total, now);
    queue.Add(api.queue, now);
    local.Add(api.local, now);
    remote.Add(api.remote, now);
  }
};

// By the name that requests have in Kafka's metrics.
using ApiSums = std::map<std::string, ApiSum>;

ApiSums SumsOf(const Snapshot& snapshot) {
  ApiSums sums;
  for (const ShardFacts& shard : snapshot.shards) {
    for (const ShardFacts::Api& api : shard.apis) {
      const auto key = static_cast<wire::ApiKey>(api.key);
      sums[std::string(wire::Name(key))].Add(api.counters, shard.now);
    }
  }
  // Kafka counts a fetch under this name, too, if it comes from a consumer. All do.
  const auto fetch = sums.find("Fetch");
  if (fetch != sums.end()) sums["FetchConsumer"] = fetch->second;
  return sums;
}

void AddTimes(const ApiSums& sums, std::string_view name, std::string_view help,
              ApiSum::Kind ApiSum::* kind, Exposition& out) {
  out.Begin(name, help, MetricType::Summary);
  for (const auto& [request, sum] : sums) {
    const ApiSum::Kind& times = sum.*kind;
    out.Milliseconds(times.count, times.sum_ns, times.recent, {{"request", request}});
  }
}

void AddCounts(const ApiSums& sums, Exposition& out) {
  out.Begin("kafka_network_requestmetrics_requests_total", "Requests that were answered.",
            MetricType::Counter);
  for (const auto& [request, sum] : sums) {
    for (size_t version = 0; version < sum.requests.size(); ++version) {
      if (sum.requests[version] == 0) continue;
      out.Value(static_cast<double>(sum.requests[version]),
                {{"request", request}, {"version", std::to_string(version)}});
    }
  }
}

void AddErrors(const ApiSums& sums, Exposition& out) {
  out.Begin("kafka_network_requestmetrics_errors_total",
            "Error codes in answers, NONE included: those of entries, too.", MetricType::Counter);
  for (const auto& [request, sum] : sums) {
    std::map<std::string_view, uint64_t> by_name;  // numbers without a name share one
    for (size_t i = 0; i < sum.errors.size(); ++i) {
      if (sum.errors[i] > 0) by_name[wire::Name(ApiCounters::ErrorAt(i))] += sum.errors[i];
    }
    for (const auto& [error, count] : by_name) {
      out.Value(static_cast<double>(count), {{"request", request}, {"error", error}});
    }
  }
}

}  // namespace

void AddRequests(const Snapshot& snapshot, Exposition& out) {
  const ApiSums sums = SumsOf(snapshot);
  AddCounts(sums, out);
  AddErrors(sums, out);
  AddTimes(sums, "kafka_network_requestmetrics_totaltimems",
           "How long requests took, in milliseconds, from their last byte to an answer. Quantiles "
           "are those of the last minute or two.",
           &ApiSum::total, out);
  AddTimes(sums, "kafka_network_requestmetrics_requestqueuetimems",
           "The part of it that they waited for earlier requests of their connection.",
           &ApiSum::queue, out);
  AddTimes(sums, "kafka_network_requestmetrics_localtimems",
           "The part of it that they were worked on.", &ApiSum::local, out);
  AddTimes(sums, "kafka_network_requestmetrics_remotetimems",
           "The part of it that the client asked to wait, or that others made it wait.",
           &ApiSum::remote, out);
}

}  // namespace varve::metrics
