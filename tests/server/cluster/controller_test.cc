#include "server/cluster/controller.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/server/cluster/node.h"

namespace varve::cluster {
namespace {

using test::Describe;
using test::Node;
using wire::ErrorCode;

TEST(Controller, BeginsWithNothing) {
  Node node;
  node.MustStart();
  EXPECT_EQ(node.image()->topic_count(), 0u);
  EXPECT_EQ(node.image()->cluster_id().size(), 22u);
  EXPECT_EQ(node.image()->node_id(), 1);
  EXPECT_EQ(node.image()->version(), 3);  // a leader, a level, a broker
  EXPECT_TRUE(node.controller().notes().empty());
}

TEST(Controller, CreatesATopic) {
  Node node;
  node.MustStart();
  const TopicResult result =
      node.Create({.name = "t", .partitions = 3, .overrides = {{"retention.ms", "5"}}});
  ASSERT_EQ(result.error, ErrorCode::kNone) << result.message;
  EXPECT_EQ(result.partitions, 3);
  EXPECT_EQ(result.replication_factor, 1);
  const ImageRef image = node.image();
  const Topic* topic = image->Find("t");
  ASSERT_NE(topic, nullptr);
  EXPECT_EQ(topic, image->Find(result.id));
  EXPECT_EQ(topic, result.topic.get());
  EXPECT_EQ(topic->config.retention_ms, 5);
  EXPECT_EQ(image->partition_count(), 3u);
  for (const PartitionState& state : topic->partitions) {
    EXPECT_EQ(state.leader, 1);
    EXPECT_EQ(state.leader_epoch, 0);
    EXPECT_EQ(state.replicas, std::vector<int32_t>{1});
    EXPECT_EQ(state.isr, std::vector<int32_t>{1});
    EXPECT_TRUE(UsableAsDirectory(state.directory));
  }
}

TEST(Controller, KeepsEverythingOverARestart) {
  Node node;
  node.MustStart();
  node.Create({.name = "t", .partitions = 3, .overrides = {{"retention.ms", "5"}}});
  node.Create("u", 2);
  node.Create("gone");
  node.Delete("gone");
  node.Grow("u", 4);
  std::vector<log::TopicPartition> lost{{"t", 1}};
  ASSERT_TRUE(node.Run(node.controller().BeginLeaderEpochs(lost)).ok());
  const std::string before = Describe(*node.image());
  const std::string cluster_id = node.image()->cluster_id();
  const int64_t version = node.image()->version();
  for (const bool clean : {false, true}) {
    node.Stop(clean);
    node.MustStart();
    EXPECT_EQ(Describe(*node.image()), before);
    EXPECT_EQ(node.image()->cluster_id(), cluster_id);
    EXPECT_GT(node.image()->version(), version);
    EXPECT_EQ(node.image()->partition_count(), 7u);
    EXPECT_EQ(node.image()->Find("t")->config.retention_ms, 5);
    EXPECT_TRUE(node.controller().notes().empty());
  }
}

TEST(Controller, ATopicMadeAgainHasANewId) {
  Node node;
  node.MustStart();
  node.Create("t", 2);
  const Uuid first = node.image()->Find("t")->id;
  EXPECT_EQ(node.Delete("t"), ErrorCode::kNone);
  EXPECT_EQ(node.image()->Find("t"), nullptr);
  EXPECT_EQ(node.image()->Find(first), nullptr);
  EXPECT_EQ(node.image()->partition_count(), 0u);
  EXPECT_EQ(node.Create("t"), ErrorCode::kNone);
  EXPECT_NE(node.image()->Find("t")->id, first);
  EXPECT_EQ(node.image()->Find(first), nullptr);
  node.Restart();
  EXPECT_EQ(node.image()->Find("t")->partitions.size(), 1u);
  EXPECT_EQ(node.image()->Find(first), nullptr);
}

TEST(Controller, RefusesNamesThatAreTaken) {
  Node node;
  node.MustStart();
  EXPECT_EQ(node.Create("a.b_c"), ErrorCode::kNone);
  EXPECT_EQ(node.Create("a.b_c"), ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(node.Create("a_b.c"), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(node.Create("a-b-c"), ErrorCode::kNone);
  node.Restart();
  EXPECT_EQ(node.Create("a_b_c"), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(node.Delete("a.b_c"), ErrorCode::kNone);
  EXPECT_EQ(node.Create("a_b_c"), ErrorCode::kNone);
}

TEST(Controller, AnswersEachEntryOfARequest) {
  Node node;
  node.MustStart();
  std::vector<NewTopic> topics{{.name = "good"},      {.name = "twice"},
                               {.name = "b ad"},      {.name = "x.y"},
                               {.name = "twice"},     {.name = "x_y"},
                               {.name = "also.good"}, {.name = "none", .partitions = 0}};
  const auto results = node.Run(node.controller().CreateTopics(topics, false));
  const std::vector<ErrorCode> wanted{
      ErrorCode::kNone, ErrorCode::kInvalidRequest,   ErrorCode::kInvalidTopicException,
      ErrorCode::kNone, ErrorCode::kInvalidRequest,   ErrorCode::kInvalidTopicException,
      ErrorCode::kNone, ErrorCode::kInvalidPartitions};
  ASSERT_EQ(results.size(), topics.size());
  for (size_t i = 0; i < topics.size(); ++i) {
    EXPECT_EQ(results[i].name, topics[i].name);
    EXPECT_EQ(results[i].error, wanted[i]) << results[i].name << ": " << results[i].message;
    EXPECT_EQ(results[i].id.zero(), wanted[i] != ErrorCode::kNone);
    EXPECT_EQ(results[i].partitions, wanted[i] == ErrorCode::kNone ? 1 : -1);
  }
  EXPECT_EQ(node.image()->topic_count(), 3u);
}

TEST(Controller, OneRequestMakesSoManyPartitions) {
  Node node;
  node.MustStart();
  std::vector<NewTopic> topics{{.name = "a", .partitions = 6000},
                               {.name = "b", .partitions = 6000},
                               {.name = "c", .partitions = 4000}};
  const auto results = node.Run(node.controller().CreateTopics(topics, false));
  EXPECT_EQ(results[0].error, ErrorCode::kNone);
  EXPECT_EQ(results[1].error, ErrorCode::kPolicyViolation);
  EXPECT_EQ(results[2].error, ErrorCode::kNone);
  EXPECT_EQ(node.image()->partition_count(), 10'000u);
  node.Restart();
  EXPECT_EQ(node.image()->partition_count(), 10'000u);
}

TEST(Controller, ValidatingChangesNothing) {
  Node node;
  node.MustStart();
  const ImageRef before = node.image();
  const TopicResult result = node.Create({.name = "t", .partitions = 4}, true);
  EXPECT_EQ(result.error, ErrorCode::kNone);
  EXPECT_EQ(result.partitions, 4);
  EXPECT_TRUE(result.id.zero());
  ASSERT_NE(result.topic, nullptr);
  EXPECT_EQ(node.Create({.name = "t", .partitions = 0}, true).error, ErrorCode::kInvalidPartitions);
  EXPECT_EQ(node.image(), before);
  node.Create("t", 1);
  std::vector<MorePartitions> more{{.topic = "t", .count = 3}};
  EXPECT_EQ(node.Run(node.controller().CreatePartitions(more, true))[0].error, ErrorCode::kNone);
  EXPECT_EQ(node.image()->Find("t")->partitions.size(), 1u);
}

TEST(Controller, DeletesByNameOrById) {
  Node node;
  node.MustStart();
  for (const char* name : {"a", "b", "c", "d"}) node.Create(name);
  const auto id = [&](std::string_view name) { return node.image()->Find(name)->id; };
  const Uuid unknown{77, 88};
  std::vector<TopicKey> keys{{"a", {}},      {"", id("b")}, {"nope", {}}, {"", unknown},
                             {"c", id("c")}, {"", {}},      {"d", {}},    {"", id("d")}};
  const auto results = node.Run(node.controller().DeleteTopics(keys));
  const std::vector<ErrorCode> wanted{
      ErrorCode::kNone,           ErrorCode::kNone,           ErrorCode::kUnknownTopicOrPartition,
      ErrorCode::kUnknownTopicId, ErrorCode::kInvalidRequest, ErrorCode::kInvalidRequest,
      ErrorCode::kNone,           ErrorCode::kInvalidRequest};
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(results[i].error, wanted[i]) << i << ": " << results[i].message;
  }
  EXPECT_EQ(results[1].name, "b");
  EXPECT_EQ(results[3].name, "");
  EXPECT_EQ(results[3].id, unknown);
  EXPECT_NE(node.image()->Find("c"), nullptr);
  EXPECT_EQ(node.image()->topic_count(), 1u);
}

TEST(Controller, DeletesOnlyWherePermitted) {
  Node node({}, "delete.topic.enable=false");
  node.MustStart();
  node.Create("t");
  EXPECT_EQ(node.Delete("t"), ErrorCode::kTopicDeletionDisabled);
  EXPECT_NE(node.image()->Find("t"), nullptr);
}

TEST(Controller, AddsPartitions) {
  Node node;
  node.MustStart();
  node.Create("t", 2);
  const std::string before = Describe(*node.image());
  EXPECT_EQ(node.Grow("t", 2), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(node.Grow("u", 2), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(node.Grow("t", 5), ErrorCode::kNone);
  EXPECT_EQ(node.image()->Find("t")->partitions.size(), 5u);
  EXPECT_EQ(node.image()->partition_count(), 5u);
  EXPECT_TRUE(Describe(*node.image()).starts_with(before));
}

TEST(Controller, BeginsLeaderEpochs) {
  Node node;
  node.MustStart();
  node.Create("t", 2);
  std::vector<log::TopicPartition> both{{"t", 0}, {"t", 1}};
  std::vector<log::TopicPartition> wrong{{"t", 0}, {"t", 2}};
  ASSERT_TRUE(node.Run(node.controller().BeginLeaderEpochs(both)).ok());
  EXPECT_TRUE(absl::IsNotFound(node.Run(node.controller().BeginLeaderEpochs(wrong))));
  const ImageRef image = node.image();
  for (const PartitionState& state : image->Find("t")->partitions) {
    EXPECT_EQ(state.leader, 1);
    EXPECT_EQ(state.leader_epoch, 1);
    EXPECT_EQ(state.partition_epoch, 1);
  }
}

TEST(Controller, SpreadsPartitionsOverShards) {
  Node node;
  node.MustStart();
  const auto counts = [&] {
    std::map<int, int> by_shard;
    for (const TopicRef& topic : node.image()->topics()) {
      for (const PartitionState& state : topic->partitions) ++by_shard[state.shard];
    }
    return by_shard;
  };
  const std::map<int, int> even{{0, 5}, {1, 5}, {2, 5}, {3, 5}};
  node.Create("a", 7);
  node.Create("b", 6);
  node.Create("c", 7);
  EXPECT_EQ(counts(), even);
  const int owner = node.image()->FindPartition("a", 6)->shard;
  node.Delete("b");
  node.Create("d", 6);
  EXPECT_EQ(counts(), even);
  EXPECT_EQ(node.image()->FindPartition("a", 6)->shard, owner);
  node.Restart();
  EXPECT_EQ(counts(), even);
  node.Stop();
  node.shards = 1;
  node.MustStart();
  EXPECT_EQ(counts(), (std::map<int, int>{{0, 20}}));
}

}  // namespace
}  // namespace varve::cluster
