// kafka_server_brokertopicmetrics_*, kafka_server_replicamanager_*, kafka_controller_*.

#include <absl/container/flat_hash_map.h>

#include "server/metrics/families.h"

namespace varve::metrics {
namespace {

struct TopicFamily {
  std::string_view name;
  std::string_view help;
  uint64_t TopicCounters::* value;
};

constexpr TopicFamily kFamilies[] = {
    {"kafka_server_brokertopicmetrics_messagesin_total", "Records that producers appended.",
     &TopicCounters::messages_in},
    {"kafka_server_brokertopicmetrics_bytesin_total", "Bytes of batches that producers appended.",
     &TopicCounters::bytes_in},
    {"kafka_server_brokertopicmetrics_bytesout_total", "Bytes of batches that consumers fetched.",
     &TopicCounters::bytes_out},
    {"kafka_server_brokertopicmetrics_totalproducerequests_total",
     "Entries of produce requests, one a partition.", &TopicCounters::produce_requests},
    {"kafka_server_brokertopicmetrics_totalfetchrequests_total",
     "Entries of fetch requests, one a partition.", &TopicCounters::fetch_requests},
    {"kafka_server_brokertopicmetrics_failedproducerequests_total",
     "Entries of produce requests that were answered with an error.",
     &TopicCounters::failed_produce_requests},
    {"kafka_server_brokertopicmetrics_failedfetchrequests_total",
     "Entries of fetch requests that were answered with an error.",
     &TopicCounters::failed_fetch_requests},
};

using Sums = absl::flat_hash_map<Uuid, TopicCounters>;

Sums SumsOf(const Snapshot& snapshot) {
  Sums sums;
  for (const ShardFacts& shard : snapshot.shards) {
    for (const TopicTable::Entry& entry : shard.topics) sums[entry.id].Add(entry.counters);
  }
  return sums;
}

}  // namespace

void AddTopics(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out) {
  const Sums sums = bound.topics ? SumsOf(snapshot) : Sums();
  TopicCounters all;
  for (const ShardFacts& shard : snapshot.shards) all.Add(shard.all_topics);
  for (const TopicFamily& family : kFamilies) {
    out.Begin(family.name, family.help, MetricType::Counter);
    out.Value(static_cast<double>(all.*family.value));
    if (sums.empty()) continue;
    for (const TopicFacts& topic : snapshot.cluster.topics) {
      const auto found = sums.find(topic.id);
      if (found == sums.end()) continue;
      out.Value(static_cast<double>(found->second.*family.value), {{"topic", *topic.name}});
    }
  }
}

void AddReplicas(const Snapshot& snapshot, Exposition& out) {
  const ClusterFacts& cluster = snapshot.cluster;
  double served = 0;
  double offline = 0;
  for (const ShardFacts& shard : snapshot.shards) {
    served += static_cast<double>(shard.partitions.size());
    offline += static_cast<double>(shard.offline_partitions);
  }
  const auto gauge = [&out](std::string_view name, std::string_view help, double value) {
    out.One(name, help, MetricType::Gauge, value);
  };
  gauge("kafka_server_replicamanager_partitioncount", "Partitions that this broker serves.",
        served);
  gauge("kafka_server_replicamanager_leadercount", "Those of them that it leads.", served);
  gauge("kafka_server_replicamanager_underreplicatedpartitions",
        "Partitions with replicas that are not in sync.",
        static_cast<double>(cluster.under_replicated));
  gauge("kafka_server_replicamanager_underminisrpartitioncount",
        "Partitions with fewer replicas in sync than min.insync.replicas.",
        static_cast<double>(cluster.under_min_in_sync));
  gauge("kafka_server_replicamanager_offlinereplicacount",
        "Partitions whose logs could not be opened.", offline);
  gauge("kafka_controller_kafkacontroller_activecontrollercount",
        "Whether this node is the controller.", 1);
  gauge("kafka_controller_kafkacontroller_offlinepartitionscount", "Partitions that nobody serves.",
        offline);
  gauge("kafka_controller_kafkacontroller_globaltopiccount", "Topics.",
        static_cast<double>(cluster.topics.size()));
  gauge("kafka_controller_kafkacontroller_globalpartitioncount", "Partitions of all topics.",
        static_cast<double>(cluster.partitions));
}

}  // namespace varve::metrics
