// kafka_log_log_*, and what kminion says of topics.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "server/metrics/families.h"

namespace varve::metrics {
namespace {

using Partitions = std::vector<const PartitionFacts*>;

// By topic and index.
Partitions SortedPartitions(const Snapshot& snapshot) {
  Partitions sorted;
  for (const ShardFacts& shard : snapshot.shards) {
    for (const PartitionFacts& partition : shard.partitions) sorted.push_back(&partition);
  }
  std::ranges::sort(sorted, [](const PartitionFacts* a, const PartitionFacts* b) {
    return a->topic.get() == b->topic.get() || *a->topic == *b->topic ? a->index < b->index
                                                                      : *a->topic < *b->topic;
  });
  return sorted;
}

struct PartitionFamily {
  std::string_view name;
  std::string_view help;
  std::string_view topic_label;
  std::string_view partition_label;
  double (*value)(const PartitionFacts&);
};

constexpr PartitionFamily kFamilies[] = {
    {"kafka_log_log_size", "Bytes in the segments of a partition.", "topic", "partition",
     [](const PartitionFacts& p) { return static_cast<double>(p.bytes); }},
    {"kafka_log_log_logstartoffset", "The first offset that is served.", "topic", "partition",
     [](const PartitionFacts& p) { return static_cast<double>(p.log_start); }},
    {"kafka_log_log_logendoffset", "The next offset to be written.", "topic", "partition",
     [](const PartitionFacts& p) { return static_cast<double>(p.log_end); }},
    {"kafka_log_log_numlogsegments", "Segments.", "topic", "partition",
     [](const PartitionFacts& p) { return static_cast<double>(p.segments); }},
    {"kminion_kafka_topic_partition_low_water_mark", "The first offset that is served.",
     "topic_name", "partition_id",
     [](const PartitionFacts& p) { return static_cast<double>(p.log_start); }},
    {"kminion_kafka_topic_partition_high_water_mark", "Consumers may read below this offset.",
     "topic_name", "partition_id",
     [](const PartitionFacts& p) { return static_cast<double>(p.high_watermark); }},
};

struct TopicSum {
  double low = 0;
  double high = 0;
  double bytes = 0;
};
using TopicSums = std::map<std::string_view, TopicSum>;

void AddTopicSums(const Partitions& partitions, Exposition& out) {
  TopicSums sums;
  for (const PartitionFacts* partition : partitions) {
    TopicSum& sum = sums[*partition->topic];
    sum.low += static_cast<double>(partition->log_start);
    sum.high += static_cast<double>(partition->high_watermark);
    sum.bytes += static_cast<double>(partition->bytes);
  }
  // Their names end as only parts of a histogram's may, so they have no type.
  out.Begin("kminion_kafka_topic_low_water_mark_sum",
            "The sum of the first offsets of all partitions of a topic.", MetricType::Untyped);
  for (const auto& [topic, sum] : sums) out.Value(sum.low, {{"topic_name", topic}});
  out.Begin("kminion_kafka_topic_high_water_mark_sum",
            "The sum of the high watermarks of all partitions of a topic.", MetricType::Untyped);
  for (const auto& [topic, sum] : sums) out.Value(sum.high, {{"topic_name", topic}});
  out.Begin("kminion_kafka_topic_log_dir_size_total_bytes",
            "Bytes in the segments of all partitions of a topic.", MetricType::Gauge);
  for (const auto& [topic, sum] : sums) out.Value(sum.bytes, {{"topic_name", topic}});
}

void AddTopicInfo(const Snapshot& snapshot, Exposition& out) {
  out.Begin("kminion_kafka_topic_info", "What is configured for a topic: always 1.",
            MetricType::Gauge);
  for (const TopicFacts& topic : snapshot.cluster.topics) {
    const std::string_view policy = !topic.compacted ? "delete"
                                    : topic.deleted  ? "compact,delete"
                                                     : "compact";
    out.Value(1, {{"cleanup_policy", policy},
                  {"partition_count", std::to_string(topic.partitions)},
                  {"replication_factor", std::to_string(topic.replication_factor)},
                  {"topic_name", *topic.name}});
  }
}

}  // namespace

void AddLogs(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out) {
  const Partitions partitions = SortedPartitions(snapshot);
  if (bound.partitions) {
    for (const PartitionFamily& family : kFamilies) {
      out.Begin(family.name, family.help, MetricType::Gauge);
      for (const PartitionFacts* partition : partitions) {
        out.Value(family.value(*partition),
                  {{family.topic_label, *partition->topic},
                   {family.partition_label, std::to_string(partition->index)}});
      }
    }
  }
  if (!bound.topics) return;
  AddTopicSums(partitions, out);
  AddTopicInfo(snapshot, out);
}

}  // namespace varve::metrics
