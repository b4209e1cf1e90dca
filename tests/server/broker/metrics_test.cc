#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/broker/group_words.h"
#include "tests/server/broker/http_words.h"
#include "tests/server/broker/requests.h"

// What /metrics says of what was done.
namespace varve::broker::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using wire::ErrorCode;
using namespace std::chrono_literals;

struct Metrics : testing::Test {
  explicit Metrics(std::string_view more = "")
      : machine({.config = fmt::format("{}{}{}", kHttpConfig, kGroupsConfig, more)}) {}

  std::string Scrape() {
    const HttpAnswer answer = HttpGet(machine, "/metrics");
    EXPECT_EQ(answer.status, 200);
    return answer.body;
  }
  double Value(std::string_view series) { return ValueOf(Scrape(), series); }
  size_t SizeOf(const std::vector<std::string>& values) {
    return Batch(values, machine.NowMs()).size();
  }

  Machine machine;
};

std::string OfTopic(std::string_view name, std::string_view topic) {
  return fmt::format("kafka_server_brokertopicmetrics_{}_total{{topic=\"{}\"}}", name, topic);
}
std::string OfAll(std::string_view name) {
  return fmt::format("kafka_server_brokertopicmetrics_{}_total", name);
}

TEST_F(Metrics, WhatWasProducedAndFetched) {
  CreateTopic(machine.client(), "t", 2);
  CreateTopic(machine.client(), "u", 1);
  Put(machine, "t", {"a", "b", "c"}, 0);
  Put(machine, "t", {"d", "e"}, 1);
  Put(machine, "u", {"f"});
  Get(machine.client(), "t", 0, 0);
  Get(machine.client(), "t", 0, 0);
  const std::string text = Scrape();
  const size_t first = SizeOf({"a", "b", "c"});
  const size_t t = first + SizeOf({"d", "e"});
  EXPECT_EQ(ValueOf(text, OfTopic("messagesin", "t")), 5);
  EXPECT_EQ(ValueOf(text, OfTopic("messagesin", "u")), 1);
  EXPECT_EQ(ValueOf(text, OfAll("messagesin")), 6);
  EXPECT_EQ(ValueOf(text, OfTopic("bytesin", "t")), t);
  EXPECT_EQ(ValueOf(text, OfAll("bytesin")), t + SizeOf({"f"}));
  EXPECT_EQ(ValueOf(text, OfTopic("bytesout", "t")), 2 * first);
  EXPECT_EQ(ValueOf(text, OfTopic("totalproducerequests", "t")), 2);
  EXPECT_EQ(ValueOf(text, OfTopic("totalfetchrequests", "t")), 2);
  EXPECT_EQ(ValueOf(text, OfTopic("failedproducerequests", "t")), 0);
  EXPECT_EQ(ValueOf(text, "varve_log_appended_batches_total{shard=\"0\"}") +
                ValueOf(text, "varve_log_appended_batches_total{shard=\"1\"}"),
            3);
}

TEST_F(Metrics, WhatFailed) {
  CreateTopic(machine.client(), "t");
  Produce(machine.client(), "t", 7, Batch({"a"}, machine.NowMs()));
  machine.client().Call(FetchOf("t", {{0, 99}}), kFetchVersion);
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, OfTopic("failedproducerequests", "t")), 1);
  EXPECT_EQ(ValueOf(text, OfTopic("failedfetchrequests", "t")), 1);
  EXPECT_EQ(ValueOf(text, OfTopic("messagesin", "t")), 0);
  const std::string errors = "kafka_network_requestmetrics_errors_total";
  EXPECT_EQ(ValueOf(text, errors + "{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"}"),
            1);
  EXPECT_EQ(ValueOf(text, errors + "{request=\"Fetch\",error=\"OFFSET_OUT_OF_RANGE\"}"), 1);
}

TEST_F(Metrics, Requests) {
  CreateTopic(machine.client(), "t");
  for (int i = 0; i < 3; ++i) {
    Produce(machine.client(), "t", 0, Batch({"a"}, machine.NowMs()), 12);
    Produce(machine.Connect(), "t", 0, Batch({"a"}, machine.NowMs()), 9);
  }
  const std::string text = Scrape();
  const std::string name = "kafka_network_requestmetrics_";
  EXPECT_EQ(ValueOf(text, name + "requests_total{request=\"Produce\",version=\"12\"}"), 3);
  EXPECT_EQ(ValueOf(text, name + "requests_total{request=\"Produce\",version=\"9\"}"), 3);
  EXPECT_EQ(ValueOf(text, name + "totaltimems_count{request=\"Produce\"}"), 6);
  EXPECT_GT(ValueOf(text, name + "totaltimems_sum{request=\"Produce\"}"), 0);
  EXPECT_GT(ValueOf(text, name + "totaltimems{request=\"Produce\",quantile=\"0.99\"}"), 0);
  EXPECT_EQ(ValueOf(text, name + "errors_total{request=\"Produce\",error=\"NONE\"}"), 6);
}

// A fetch that found nothing for as long as it asked for.
TEST_F(Metrics, WaitingThatWasAskedForIsTold) {
  CreateTopic(machine.client(), "t");
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.max_wait_ms = 3000;
  request.min_bytes = 1;
  machine.client().Call(request, kFetchVersion);
  const std::string text = Scrape();
  const std::string name = "kafka_network_requestmetrics_";
  EXPECT_NEAR(ValueOf(text, name + "remotetimems_sum{request=\"Fetch\"}"), 3000, 50);
  EXPECT_LT(ValueOf(text, name + "localtimems_sum{request=\"Fetch\"}"), 100);
}

TEST_F(Metrics, LogsAndPartitions) {
  CreateTopic(machine.client(), "t", 3);
  Put(machine, "t", {"a", "b"}, 2);
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, "kafka_log_log_logendoffset{topic=\"t\",partition=\"2\"}"), 2);
  EXPECT_EQ(ValueOf(text, "kafka_log_log_size{topic=\"t\",partition=\"2\"}"), SizeOf({"a", "b"}));
  EXPECT_EQ(ValueOf(text, "kafka_log_log_numlogsegments{topic=\"t\",partition=\"0\"}"), 1);
  EXPECT_EQ(ValueOf(text, "kafka_server_replicamanager_partitioncount"), 3);
  EXPECT_EQ(ValueOf(text, "kafka_server_replicamanager_underreplicatedpartitions"), 0);
  EXPECT_EQ(ValueOf(text, "kafka_controller_kafkacontroller_globaltopiccount"), 1);
  EXPECT_EQ(ValueOf(text, "kafka_controller_kafkacontroller_globalpartitioncount"), 3);
  EXPECT_EQ(ValueOf(text, "kafka_controller_kafkacontroller_activecontrollercount"), 1);
  EXPECT_EQ(ValueOf(text, "kafka_log_logmanager_offlinelogdirectorycount"), 0);
  EXPECT_EQ(ValueOf(text,
                    "kafka_server_socketservermetrics_connection_count{listener="
                    "\"PLAINTEXT\",network_processor=\"0\"}"),
            1);
  EXPECT_EQ(ValueOf(text, "varve_ready"), 1);
}

TEST_F(Metrics, LagOfAGroup) {
  CreateTopic(machine.client(), "t", 2);
  Put(machine, "t", {"a", "b", "c"}, 0);
  Put(machine, "t", {"d"}, 1);
  FindCoordinator(machine.client(), "g");
  AwaitGroups(machine, "g");
  CommitOffsets(machine.client(), "g", {{"t", 0, 1}, {"t", 1, 1}});
  const std::string name = "kminion_kafka_consumer_group_";
  const std::string of_topic = "{group_id=\"g\",topic_name=\"t\"}";
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, name + "topic_lag" + of_topic), 2);
  EXPECT_EQ(ValueOf(text, name + "topic_offset_sum" + of_topic), 2);
  EXPECT_EQ(ValueOf(text, "kminion_kafka_topic_high_water_mark_sum{topic_name=\"t\"}"), 4);
  EXPECT_EQ(ValueOf(text, name + "topic_partition_lag{group_id=\"g\",partition_id=\"0\","
                                 "topic_name=\"t\"}"),
            2);
  CommitOffsets(machine.client(), "g", {{"t", 0, 3}});
  EXPECT_EQ(Value(name + "topic_lag" + of_topic), 0);
}

TEST_F(Metrics, MembersOfAGroup) {
  CreateTopic(machine.client(), "t", 2);
  FindCoordinator(machine.client(), "g");
  Member a(machine, "g", "t");
  Member b(machine, "g", "t");
  Settle({&a, &b});
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, "kminion_kafka_consumer_group_members{group_id=\"g\"}"), 2);
  EXPECT_EQ(ValueOf(text,
                    "kminion_kafka_consumer_group_info{coordinator_id=\"1\",group_id=\"g\","
                    "protocol=\"range\",protocol_type=\"consumer\",state=\"Stable\"}"),
            1);
}

TEST_F(Metrics, ADeletedTopicIsGoneAndItsSumsStay) {
  CreateTopic(machine.client(), "t");
  Put(machine, "t", {"a", "b"});
  EXPECT_EQ(DeleteTopic(machine.client(), "t"), ErrorCode::kNone);
  CreateTopic(machine.client(), "t");
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, OfAll("messagesin")), 2);
  EXPECT_EQ(ValueOf(text, OfTopic("messagesin", "t")), -1);
}

// More partitions and groups than are looked at in one turn.
TEST_F(Metrics, ManyPartitionsAndGroups) {
  constexpr int kGroups = 600;
  CreateTopic(machine.client(), "t", 700);
  FindCoordinator(machine.client(), "g");
  machine.RunFor(1s);  // groups are loaded
  for (int i = 0; i < kGroups; ++i) {
    CommitOffsets(machine.client(), fmt::format("g{}", i), {{"t", i, 0}});
  }
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, "kafka_server_replicamanager_partitioncount"), 704);
  EXPECT_EQ(ValueOf(text, "kafka_log_log_logendoffset{topic=\"t\",partition=\"699\"}"), 0);
  EXPECT_EQ(ValueOf(text, "kafka_coordinator_group_groupmetadatamanager_numgroups"), kGroups);
  EXPECT_EQ(ValueOf(text,
                    "kminion_kafka_consumer_group_topic_partition_lag{group_id=\"g599\","
                    "partition_id=\"599\",topic_name=\"t\"}"),
            0);
}

struct FewSeries : Metrics {
  FewSeries() : Metrics("varve.metrics.series.max=2\n") {}
};

TEST_F(FewSeries, MoreThanMayHaveTheirOwnAreSumsOnly) {
  CreateTopic(machine.client(), "t", 2);
  std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, "varve_series_left_out{kind=\"partition\"}"), 0);
  EXPECT_THAT(text, HasSubstr("partition=\"1\""));
  CreateTopic(machine.client(), "u", 1);
  text = Scrape();
  EXPECT_EQ(ValueOf(text, "varve_series_left_out{kind=\"partition\"}"), 1);
  EXPECT_THAT(text, Not(HasSubstr("partition=\"1\"")));
  EXPECT_EQ(ValueOf(text, "kafka_server_replicamanager_partitioncount"), 3);
}

TEST_F(Metrics, AfterARestart) {
  CreateTopic(machine.client(), "t");
  Put(machine, "t", {"a"});
  machine.Restart();
  const std::string text = Scrape();
  EXPECT_EQ(ValueOf(text, OfAll("messagesin")), 0);
  EXPECT_EQ(ValueOf(text, "kafka_log_log_logendoffset{topic=\"t\",partition=\"0\"}"), 1);
}

}  // namespace
}  // namespace varve::broker::test
