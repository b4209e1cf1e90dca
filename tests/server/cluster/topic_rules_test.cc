#include "server/cluster/topic_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace varve::cluster {
namespace {

using wire::ErrorCode;

constexpr int32_t kNode = 1;

config::BrokerConfig Broker(std::string_view text = {}) {
  return *config::BrokerConfig::Parse({.file_text = text, .overrides = {}, .host_name = "box"});
}

TEST(TopicRules, SaysWhichNamesAreNames) {
  const struct {
    std::string name;
    bool good;
  } cases[] = {
      {"a", true},
      {"A.b_c-9", true},
      {std::string(249, 'x'), true},
      {"...", true},
      {"-", true},
      {"", false},
      {".", false},
      {"..", false},
      {std::string(250, 'x'), false},
      {"a b", false},
      {"a/b", false},
      {"\xc3\xa9", false},
      {"a\n", false},
      {std::string(1, 0), false},
      {"a:b", false},
  };
  for (const auto& each : cases) {
    const Verdict verdict = CheckTopicName(each.name);
    EXPECT_EQ(verdict.ok(), each.good) << each.name;
    EXPECT_EQ(verdict.message.empty(), each.good) << each.name;
    EXPECT_EQ(verdict.error, each.good ? ErrorCode::kNone : ErrorCode::kInvalidTopicException);
  }
}

TEST(TopicRules, JudgesWhatIsAskedFor) {
  const struct {
    const char* what;
    NewTopic topic;
    ErrorCode error;
    int32_t partitions = 0;
  } cases[] = {
      {"the defaults", {.name = "t"}, ErrorCode::kNone, 1},
      {"five", {.name = "t", .partitions = 5}, ErrorCode::kNone, 5},
      {"one replica", {.name = "t", .replication_factor = 1}, ErrorCode::kNone, 1},
      {"no partitions", {.name = "t", .partitions = 0}, ErrorCode::kInvalidPartitions},
      {"less than none", {.name = "t", .partitions = -2}, ErrorCode::kInvalidPartitions},
      {"too many", {.name = "t", .partitions = 10'001}, ErrorCode::kInvalidPartitions},
      {"no replica", {.name = "t", .replication_factor = 0}, ErrorCode::kInvalidReplicationFactor},
      {"odd replicas",
       {.name = "t", .replication_factor = -2},
       ErrorCode::kInvalidReplicationFactor},
      {"two replicas",
       {.name = "t", .replication_factor = 2},
       ErrorCode::kInvalidReplicationFactor},
      {"assigned", {.name = "t", .assignments = {{1, {1}}, {0, {1}}}}, ErrorCode::kNone, 2},
      {"assigned and counted",
       {.name = "t", .partitions = 1, .assignments = {{0, {1}}}},
       ErrorCode::kInvalidRequest},
      {"assigned and replicated",
       {.name = "t", .replication_factor = 1, .assignments = {{0, {1}}}},
       ErrorCode::kInvalidRequest},
      {"a gap",
       {.name = "t", .assignments = {{0, {1}}, {2, {1}}}},
       ErrorCode::kInvalidReplicaAssignment},
      {"twice",
       {.name = "t", .assignments = {{0, {1}}, {0, {1}}}},
       ErrorCode::kInvalidReplicaAssignment},
      {"another node",
       {.name = "t", .assignments = {{0, {2}}}},
       ErrorCode::kInvalidReplicaAssignment},
      {"nobody", {.name = "t", .assignments = {{0, {}}}}, ErrorCode::kInvalidReplicaAssignment},
      {"itself twice",
       {.name = "t", .assignments = {{0, {1, 1}}}},
       ErrorCode::kInvalidReplicaAssignment},
      {"a bad name", {.name = "t t"}, ErrorCode::kInvalidTopicException},
      {"offsets", {.name = "__consumer_offsets"}, ErrorCode::kInvalidTopicException},
      {"transactions", {.name = "__transaction_state"}, ErrorCode::kInvalidTopicException},
      {"shares", {.name = "__share_group_state"}, ErrorCode::kInvalidTopicException},
      {"metadata", {.name = "__cluster_metadata"}, ErrorCode::kInvalidTopicException},
      {"offsets by us", {.name = "__consumer_offsets", .by_broker = true}, ErrorCode::kNone, 1},
      {"metadata by us",
       {.name = "__cluster_metadata", .by_broker = true},
       ErrorCode::kInvalidTopicException},
      {"configured", {.name = "t", .overrides = {{"retention.ms", "5"}}}, ErrorCode::kNone, 1},
      {"badly configured",
       {.name = "t", .overrides = {{"retention.ms", "soon"}}},
       ErrorCode::kInvalidConfig},
      {"oddly configured",
       {.name = "t", .overrides = {{"retention.sm", "5"}}},
       ErrorCode::kInvalidConfig},
  };
  const config::BrokerConfig broker = Broker();
  for (const auto& each : cases) {
    TopicShape shape;
    const Verdict verdict = CheckNewTopic(each.topic, kNode, broker, shape);
    EXPECT_EQ(verdict.error, each.error) << each.what << ": " << verdict.message;
    EXPECT_EQ(verdict.message.empty(), verdict.ok()) << each.what;
    EXPECT_TRUE(!verdict.ok() || shape.partitions == each.partitions) << each.what;
  }
}

TEST(TopicRules, TakesDefaultsFromTheBroker) {
  TopicShape shape;
  const auto broker = Broker("num.partitions=7");
  EXPECT_TRUE(CheckNewTopic({.name = "t"}, kNode, broker, shape).ok());
  EXPECT_EQ(shape.partitions, 7);
  const auto replicated = Broker("default.replication.factor=3");
  EXPECT_EQ(CheckNewTopic({.name = "t"}, kNode, replicated, shape).error,
            ErrorCode::kInvalidReplicationFactor);
}

TEST(TopicRules, RaisesTheNumberOfPartitionsOnly) {
  Topic topic{.name = "t", .id = {1, 2}};
  topic.partitions.resize(3);
  const struct {
    const char* what;
    MorePartitions request;
    ErrorCode error;
  } cases[] = {
      {"one more", {.topic = "t", .count = 4}, ErrorCode::kNone},
      {"as many", {.topic = "t", .count = 3}, ErrorCode::kInvalidPartitions},
      {"fewer", {.topic = "t", .count = 2}, ErrorCode::kInvalidPartitions},
      {"none", {.topic = "t", .count = 0}, ErrorCode::kInvalidPartitions},
      {"less", {.topic = "t", .count = -1}, ErrorCode::kInvalidPartitions},
      {"as many as go", {.topic = "t", .count = 10'003}, ErrorCode::kNone},
      {"too many", {.topic = "t", .count = 10'004}, ErrorCode::kInvalidPartitions},
      {"by far", {.topic = "t", .count = 2'147'483'647}, ErrorCode::kInvalidPartitions},
      {"assigned",
       {.topic = "t", .count = 5, .assignments = {{1}, {1}}, .assigned = true},
       ErrorCode::kNone},
      {"assigned too few",
       {.topic = "t", .count = 5, .assignments = {{1}}, .assigned = true},
       ErrorCode::kInvalidReplicaAssignment},
      {"assigned to none",
       {.topic = "t", .count = 5, .assigned = true},
       ErrorCode::kInvalidReplicaAssignment},
      {"elsewhere",
       {.topic = "t", .count = 4, .assignments = {{2}}, .assigned = true},
       ErrorCode::kInvalidReplicaAssignment},
  };
  for (const auto& each : cases) {
    const Verdict verdict = CheckMorePartitions(each.request, topic, kNode);
    EXPECT_EQ(verdict.error, each.error) << each.what << ": " << verdict.message;
  }
}

}  // namespace
}  // namespace varve::cluster
