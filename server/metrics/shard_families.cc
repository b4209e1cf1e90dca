// What is our own, varve_*; and connections and log directories, under Kafka's names.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "server/metrics/families.h"

namespace varve::metrics {
namespace {

double SecondsOf(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

struct ShardFamily {
  std::string_view name;
  std::string_view help;
  MetricType type;
  double (*value)(const ShardFacts&);
};

constexpr ShardFamily kFamilies[] = {
    {"varve_shard_cpu_seconds_total", "Time that a shard's thread was on a processor.",
     MetricType::Counter,
     [](const ShardFacts& s) { return SecondsOf(static_cast<uint64_t>(s.cpu.count())); }},
    {"varve_shard_partitions", "Partitions of a shard.", MetricType::Gauge,
     [](const ShardFacts& s) { return static_cast<double>(s.partitions.size()); }},
    {"varve_shard_request_bytes", "Memory that requests under way hold.", MetricType::Gauge,
     [](const ShardFacts& s) { return static_cast<double>(s.request_bytes); }},
    {"varve_shard_open_log_files", "Log files that are open.", MetricType::Gauge,
     [](const ShardFacts& s) { return static_cast<double>(s.open_files); }},
    {"varve_shard_unwritten_bytes",
     "Appended bytes that the devices have not been told to write yet.", MetricType::Gauge,
     [](const ShardFacts& s) { return static_cast<double>(s.unwritten_bytes); }},
    {"varve_slow_requests_total", "Requests that took longer than varve.request.slow.ms.",
     MetricType::Counter, [](const ShardFacts& s) { return static_cast<double>(s.slow_requests); }},
    {"varve_log_appended_batches_total", "Batches that were appended to logs.", MetricType::Counter,
     [](const ShardFacts& s) { return static_cast<double>(s.log.writes.sum); }},
    {"varve_log_appended_bytes_total", "Bytes that were appended to logs.", MetricType::Counter,
     [](const ShardFacts& s) { return static_cast<double>(s.log.appended_bytes); }},
    {"varve_log_syncs_total", "Times that a log was made durable.", MetricType::Counter,
     [](const ShardFacts& s) { return static_cast<double>(s.log.syncs); }},
    {"varve_log_sync_seconds_total", "Time that this took.", MetricType::Counter,
     [](const ShardFacts& s) { return SecondsOf(s.log.sync_ns); }},
};

void AddSizes(const Snapshot& snapshot, Exposition& out) {
  out.Begin("varve_log_write_batches", "Batches that one write put down.", MetricType::Histogram);
  for (size_t i = 0; i < snapshot.shards.size(); ++i) {
    out.Sizes(snapshot.shards[i].log.writes, {{"shard", std::to_string(i)}});
  }
  out.Begin("varve_log_commit_appends", "Waiting appends that one sync made durable.",
            MetricType::Histogram);
  for (size_t i = 0; i < snapshot.shards.size(); ++i) {
    out.Sizes(snapshot.shards[i].log.commits, {{"shard", std::to_string(i)}});
  }
}

void AddConnections(const Snapshot& snapshot, Exposition& out) {
  // Its name ends as only part of a histogram's may, so it has no type.
  out.Begin("kafka_server_socketservermetrics_connection_count",
            "Connections of clients; a shard is what Kafka calls a network processor.",
            MetricType::Untyped);
  for (size_t i = 0; i < snapshot.shards.size(); ++i) {
    const std::vector<size_t>& counts = snapshot.shards[i].connections;
    for (size_t k = 0; k < std::min(counts.size(), snapshot.listeners.size()); ++k) {
      out.Value(static_cast<double>(counts[k]),
                {{"listener", snapshot.listeners[k]}, {"network_processor", std::to_string(i)}});
    }
  }
}

void AddDirectories(const Snapshot& snapshot, Exposition& out) {
  double offline = 0;
  for (const DirectoryState& directory : snapshot.directories) offline += directory.usable ? 0 : 1;
  out.One("kafka_log_logmanager_offlinelogdirectorycount",
          "Log directories that could not be opened, or have failed since.", MetricType::Gauge,
          offline);
  out.Begin("varve_log_directory_usable", "1 if a log directory takes appends, else 0.",
            MetricType::Gauge);
  for (const DirectoryState& directory : snapshot.directories) {
    out.Value(directory.usable ? 1 : 0, {{"directory", directory.path}});
  }
  out.Begin("varve_log_directory_free_bytes", "Free space of a log directory's file system.",
            MetricType::Gauge);
  for (const DirectoryState& directory : snapshot.directories) {
    if (directory.total_bytes == 0) continue;
    out.Value(static_cast<double>(directory.free_bytes), {{"directory", directory.path}});
  }
  out.Begin("varve_log_directory_size_bytes", "Size of a log directory's file system.",
            MetricType::Gauge);
  for (const DirectoryState& directory : snapshot.directories) {
    if (directory.total_bytes == 0) continue;
    out.Value(static_cast<double>(directory.total_bytes), {{"directory", directory.path}});
  }
}

}  // namespace

void AddShards(const Snapshot& snapshot, Exposition& out) {
  AddConnections(snapshot, out);
  AddDirectories(snapshot, out);
  out.One("varve_ready", "1 if everything that is to be served is, else 0.", MetricType::Gauge,
          snapshot.ready ? 1 : 0);
  out.Begin("varve_io_backend_info", "How the kernel is talked to: always 1.", MetricType::Gauge);
  out.Value(1, {{"backend", snapshot.io_backend}});
  for (const ShardFamily& family : kFamilies) {
    out.Begin(family.name, family.help, family.type);
    for (size_t i = 0; i < snapshot.shards.size(); ++i) {
      out.Value(family.value(snapshot.shards[i]), {{"shard", std::to_string(i)}});
    }
  }
  AddSizes(snapshot, out);
}

}  // namespace varve::metrics
