#include "server/metrics/families.h"

#include <fmt/format.h>

namespace varve::metrics {

SeriesBound BoundOf(const Snapshot& snapshot) {
  uint64_t partitions = 0;
  uint64_t groups = 0;
  uint64_t offsets = 0;
  for (const ShardFacts& shard : snapshot.shards) {
    partitions += shard.partitions.size();
    groups += shard.groups.size();
    for (const GroupFacts& group : shard.groups) {
      for (const CommittedTopic& topic : group.committed) offsets += topic.offsets.size();
    }
  }
  const uint64_t most = snapshot.series_max;
  return {partitions <= most, offsets <= most, snapshot.cluster.topics.size() <= most,
          groups <= most};
}

namespace {

void AddBound(const SeriesBound& bound, Exposition& out) {
  out.Begin("varve_series_left_out",
            "Whether there are more of this kind than have time series of their own "
            "(varve.metrics.series.max): then there are only sums.",
            MetricType::Gauge);
  out.Value(bound.partitions ? 0 : 1, {{"kind", "partition"}});
  out.Value(bound.group_partitions ? 0 : 1, {{"kind", "group_partition"}});
  out.Value(bound.topics ? 0 : 1, {{"kind", "topic"}});
  out.Value(bound.groups ? 0 : 1, {{"kind", "group"}});
}

}  // namespace

void AddProcess(const ProcessFacts& process, Exposition& out) {
  out.One("process_cpu_seconds_total", "Time on processors, user and system.", MetricType::Counter,
          process.cpu_seconds);
  out.One("process_start_time_seconds", "When the process began, since 1970.", MetricType::Gauge,
          process.start_seconds);
  out.One("process_resident_memory_bytes", "Memory that is resident.", MetricType::Gauge,
          static_cast<double>(process.resident_bytes));
  out.One("process_virtual_memory_bytes", "Memory that is mapped.", MetricType::Gauge,
          static_cast<double>(process.virtual_bytes));
  out.One("process_open_fds", "Open file descriptors.", MetricType::Gauge,
          static_cast<double>(process.open_files));
  out.One("process_max_fds", "The most file descriptors that may be open.", MetricType::Gauge,
          static_cast<double>(process.open_files_max));
  out.One("process_threads", "Threads.", MetricType::Gauge, static_cast<double>(process.threads));
}

std::string ToText(const Snapshot& snapshot, const ProcessFacts& process) {
  Exposition out;
  const SeriesBound bound = BoundOf(snapshot);
  AddTopics(snapshot, bound, out);
  AddRequests(snapshot, out);
  AddReplicas(snapshot, out);
  AddLogs(snapshot, bound, out);
  AddGroups(snapshot, bound, out);
  AddShards(snapshot, out);
  AddBound(bound, out);
  AddProcess(process, out);
  return out.Take();
}

}  // namespace varve::metrics
