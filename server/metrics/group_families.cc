// Groups, their members and their lag, as kminion names them.

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "server/metrics/families.h"

namespace varve::metrics {
namespace {

using Key = std::pair<std::string_view, int32_t>;
using Watermarks = absl::flat_hash_map<Key, int64_t>;
using Groups = std::vector<const GroupFacts*>;

Watermarks WatermarksOf(const Snapshot& snapshot) {
  Watermarks watermarks;
  for (const ShardFacts& shard : snapshot.shards) {
    for (const PartitionFacts& partition : shard.partitions) {
      watermarks[{*partition.topic, partition.index}] = partition.high_watermark;
    }
  }
  return watermarks;
}

Groups SortedGroups(const Snapshot& snapshot) {
  Groups groups;
  for (const ShardFacts& shard : snapshot.shards) {
    for (const GroupFacts& group : shard.groups) groups.push_back(&group);
  }
  std::ranges::sort(groups, {}, &GroupFacts::id);
  return groups;
}

// Nothing: of a partition that is not served here, or not any more.
std::optional<int64_t> LagOf(const Watermarks& watermarks, const std::string& topic,
                             const std::pair<int32_t, int64_t>& committed) {
  const auto found = watermarks.find({topic, committed.first});
  if (found == watermarks.end()) return std::nullopt;
  return std::max<int64_t>(found->second - committed.second, 0);
}

void AddInfo(const Snapshot& snapshot, const Groups& groups, Exposition& out) {
  const std::string coordinator = std::to_string(snapshot.cluster.node_id);
  out.Begin("kminion_kafka_consumer_group_info", "1 if a group is stable, else 0.",
            MetricType::Gauge);
  for (const GroupFacts* group : groups) {
    out.Value(group->state == "Stable" ? 1 : 0, {{"coordinator_id", coordinator},
                                                 {"group_id", group->id},
                                                 {"protocol", group->protocol},
                                                 {"protocol_type", group->protocol_type},
                                                 {"state", group->state}});
  }
  out.Begin("kminion_kafka_consumer_group_members", "Members of a group.", MetricType::Gauge);
  for (const GroupFacts* group : groups) {
    out.Value(static_cast<double>(group->members), {{"group_id", group->id}});
  }
}

void AddTopicLags(const Groups& groups, const Watermarks& watermarks, Exposition& out) {
  // Its name ends as only part of a histogram's may, so it has no type.
  out.Begin("kminion_kafka_consumer_group_topic_offset_sum",
            "The sum of a group's committed offsets in all partitions of a topic.",
            MetricType::Untyped);
  for (const GroupFacts* group : groups) {
    for (const CommittedTopic& topic : group->committed) {
      double sum = 0;
      for (const auto& committed : topic.offsets) sum += static_cast<double>(committed.second);
      out.Value(sum, {{"group_id", group->id}, {"topic_name", topic.name}});
    }
  }
  out.Begin("kminion_kafka_consumer_group_topic_lag",
            "Offsets between what a group has committed and the high watermarks of a topic.",
            MetricType::Gauge);
  for (const GroupFacts* group : groups) {
    for (const CommittedTopic& topic : group->committed) {
      double sum = 0;
      bool any = false;
      for (const auto& committed : topic.offsets) {
        const std::optional<int64_t> lag = LagOf(watermarks, topic.name, committed);
        if (!lag) continue;
        any = true;
        sum += static_cast<double>(*lag);
      }
      if (any) out.Value(sum, {{"group_id", group->id}, {"topic_name", topic.name}});
    }
  }
}

void AddPartitionLags(const Groups& groups, const Watermarks& watermarks, Exposition& out) {
  out.Begin("kminion_kafka_consumer_group_topic_partition_lag",
            "Offsets between what a group has committed and the high watermark of a partition.",
            MetricType::Gauge);
  for (const GroupFacts* group : groups) {
    for (const CommittedTopic& topic : group->committed) {
      for (const auto& committed : topic.offsets) {
        const std::optional<int64_t> lag = LagOf(watermarks, topic.name, committed);
        if (!lag) continue;
        out.Value(static_cast<double>(*lag), {{"group_id", group->id},
                                              {"partition_id", std::to_string(committed.first)},
                                              {"topic_name", topic.name}});
      }
    }
  }
}

}  // namespace

void AddGroups(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out) {
  const Groups groups = SortedGroups(snapshot);
  out.One("kafka_coordinator_group_groupmetadatamanager_numgroups", "Groups.", MetricType::Gauge,
          static_cast<double>(groups.size()));
  if (!bound.groups) return;
  AddInfo(snapshot, groups, out);
  const Watermarks watermarks = WatermarksOf(snapshot);
  AddTopicLags(groups, watermarks, out);
  if (bound.group_partitions) AddPartitionLags(groups, watermarks, out);
}

}  // namespace varve::metrics
