#include "server/metrics/families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace varve::metrics {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr Uuid kTopicId{1, 1};

NameRef Name(const std::string& text) { return std::make_shared<const std::string>(text); }

PartitionFacts PartitionOf(const NameRef& topic, int32_t index, int64_t high_watermark) {
  PartitionFacts facts;
  facts.topic = topic;
  facts.index = index;
  facts.log_start = 10;
  facts.high_watermark = high_watermark;
  facts.log_end = high_watermark + 1;
  facts.bytes = 1000;
  facts.segments = 2;
  return facts;
}

// Two shards with a partition each of one topic, a group that reads both, and a few requests.
struct Families : testing::Test {
  Families() {
    const NameRef topic = Name("t");
    snapshot.shards.resize(2);
    snapshot.shards[0].partitions = {PartitionOf(topic, 1, 50)};
    snapshot.shards[1].partitions = {PartitionOf(topic, 0, 100)};
    snapshot.cluster.topics.push_back({topic, kTopicId, 2, 1, true, false});
    snapshot.cluster.partitions = 2;
    snapshot.series_max = 10;
    for (ShardFacts& shard : snapshot.shards) {
      shard.now = io::MonoTime{1000s};
      shard.topics.push_back({kTopicId, {}});
      shard.topics[0].counters.messages_in = 7;
      shard.all_topics.messages_in = 9;  // of one that is gone, too
      ShardFacts::Api& api = shard.apis.emplace_back();
      api.counters.Add(12, {1ms, 2ms, 5ms}, shard.now);
      api.counters.Add(wire::ErrorCode::kNone);
      api.key = static_cast<size_t>(wire::ApiKey::kFetch);
    }
    GroupFacts& group = snapshot.shards[0].groups.emplace_back();
    group.id = "g";
    group.state = "Stable";
    group.protocol = "range";
    group.protocol_type = "consumer";
    group.members = 2;
    group.committed.push_back({"t", {{0, 90}, {1, 50}}});
    group.committed.push_back({"gone", {{0, 5}}});
  }

  std::vector<std::string> Lines() const {
    std::istringstream text(ToText(snapshot, ProcessFacts()));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  Snapshot snapshot;
};

TEST_F(Families, CountersOfAllShardsTogether) {
  const auto lines = Lines();
  EXPECT_THAT(lines, Contains("# TYPE kafka_server_brokertopicmetrics_messagesin_total counter"));
  EXPECT_THAT(lines, Contains("kafka_server_brokertopicmetrics_messagesin_total 18"));
  EXPECT_THAT(lines, Contains("kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"} 14"));
}

TEST_F(Families, RequestTimes) {
  const auto lines = Lines();
  const std::string name = "kafka_network_requestmetrics_";
  EXPECT_THAT(lines, Contains(name + "requests_total{request=\"Fetch\",version=\"12\"} 2"));
  EXPECT_THAT(lines, Contains(name + "requests_total{request=\"FetchConsumer\",version=\"12\"} 2"));
  EXPECT_THAT(lines, Contains(name + "errors_total{request=\"Fetch\",error=\"NONE\"} 2"));
  EXPECT_THAT(lines, Contains(name + "totaltimems_count{request=\"Fetch\"} 2"));
  EXPECT_THAT(lines, Contains(name + "totaltimems_sum{request=\"Fetch\"} 12"));
  EXPECT_THAT(lines, Contains(name + "localtimems_sum{request=\"Fetch\"} 6"));
  EXPECT_THAT(lines, Contains(name + "remotetimems_sum{request=\"Fetch\"} 4"));
  EXPECT_THAT(lines, Contains(name + "requestqueuetimems_sum{request=\"Fetch\"} 2"));
  for (const char* quantile : {"0.5", "0.75", "0.95", "0.98", "0.99", "0.999"}) {
    EXPECT_THAT(lines, Contains(StartsWith(name + "totaltimems{request=\"Fetch\",quantile=\"" +
                                           quantile + "\"} ")));
  }
}

TEST_F(Families, OldTimesHaveNoQuantiles) {
  for (ShardFacts& shard : snapshot.shards) shard.now += 300s;
  const auto lines = Lines();
  EXPECT_THAT(lines,
              Contains("kafka_network_requestmetrics_totaltimems_sum{request=\"Fetch\"} 12"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("quantile="))));
}

TEST_F(Families, LogsAndWatermarks) {
  const auto lines = Lines();
  EXPECT_THAT(lines, Contains("kafka_log_log_size{topic=\"t\",partition=\"0\"} 1000"));
  EXPECT_THAT(lines, Contains("kafka_log_log_logendoffset{topic=\"t\",partition=\"1\"} 51"));
  EXPECT_THAT(lines, Contains("kminion_kafka_topic_high_water_mark_sum{topic_name=\"t\"} 150"));
  EXPECT_THAT(lines,
              Contains("kminion_kafka_topic_info{cleanup_policy=\"compact\","
                       "partition_count=\"2\",replication_factor=\"1\",topic_name=\"t\"} 1"));
  EXPECT_THAT(lines, Contains("kafka_server_replicamanager_partitioncount 2"));
}

TEST_F(Families, Lag) {
  const auto lines = Lines();
  const std::string name = "kminion_kafka_consumer_group_";
  EXPECT_THAT(lines, Contains(name + "members{group_id=\"g\"} 2"));
  EXPECT_THAT(lines, Contains(name + "topic_lag{group_id=\"g\",topic_name=\"t\"} 10"));
  EXPECT_THAT(lines, Contains(name + "topic_offset_sum{group_id=\"g\",topic_name=\"t\"} 140"));
  EXPECT_THAT(lines, Contains(name + "topic_partition_lag{group_id=\"g\",partition_id=\"0\","
                                     "topic_name=\"t\"} 10"));
  EXPECT_THAT(lines, Contains(StartsWith(name + "info{coordinator_id=\"-1\",group_id=\"g\"")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("_lag{group_id=\"g\",topic_name=\"gone\"}"))));
}

TEST_F(Families, MoreThanMayHaveTheirOwn) {
  snapshot.series_max = 1;
  const auto lines = Lines();
  EXPECT_THAT(lines, Contains("varve_series_left_out{kind=\"partition\"} 1"));
  EXPECT_THAT(lines, Contains("varve_series_left_out{kind=\"group_partition\"} 1"));
  EXPECT_THAT(lines, Contains("varve_series_left_out{kind=\"topic\"} 0"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("partition=\"0\""))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("partition_id="))));
  EXPECT_THAT(lines, Contains(HasSubstr("topic_lag{group_id=\"g\",topic_name=\"t\"} 10")));
  snapshot.series_max = 0;
  const auto none = Lines();
  EXPECT_THAT(none, Contains("kafka_server_brokertopicmetrics_messagesin_total 18"));
  EXPECT_THAT(none, Not(Contains(HasSubstr("topic=\"t\""))));
  EXPECT_THAT(none, Not(Contains(HasSubstr("group_id="))));
}

TEST_F(Families, EachNameComesOnce) {
  std::vector<std::string> types;
  for (const std::string& line : Lines()) {
    if (line.starts_with("# TYPE ")) types.push_back(line.substr(0, line.rfind(' ')));
  }
  std::ranges::sort(types);
  EXPECT_EQ(std::ranges::adjacent_find(types), types.end());
}

TEST_F(Families, NamesOfOthersAreEscaped) {
  snapshot.shards[0].groups[0].id = "a\"b\\c\nd";
  EXPECT_THAT(Lines(),
              Contains("kminion_kafka_consumer_group_members{group_id=\"a\\\"b\\\\c\\nd\"} 2"));
}

}  // namespace
}  // namespace varve::metrics
