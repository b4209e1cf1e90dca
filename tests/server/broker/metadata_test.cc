#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using ::testing::IsEmpty;
using wire::ErrorCode;

class MetadataTest : public ::testing::Test {
 protected:
  wire::MetadataRequest Named(const std::vector<std::string_view>& names, bool create = true) {
    wire::MetadataRequest request;
    request.allow_auto_topic_creation = create;
    request.topics.emplace();
    for (const std::string_view name : names) request.topics->push_back({{}, name});
    return request;
  }

  Machine machine{{.config = "num.partitions=3\n"}};
  Client& client = machine.client();
};

TEST_F(MetadataTest, NullAsksForAllAndEmptyForNone) {
  CreateTopic(client, "a");
  CreateTopic(client, "b");
  wire::MetadataRequest all;
  EXPECT_EQ(client.Call(all, 12).topics.size(), 2u);
  EXPECT_EQ(client.Call(all, 1).topics.size(), 2u);
  EXPECT_THAT(client.Call(Named({}), 12).topics, IsEmpty());
  EXPECT_EQ(client.Call(Named({}), 0).topics.size(), 2u) << "version 0 has no null";
}

TEST_F(MetadataTest, TellsWhereToGo) {
  const auto answer = client.Call(Named({}), 12);
  ASSERT_EQ(answer.brokers.size(), 1u);
  EXPECT_EQ(answer.brokers[0].host, "127.0.0.1");
  EXPECT_EQ(answer.brokers[0].port, 9092);
  EXPECT_EQ(answer.controller_id, answer.brokers[0].node_id);
  EXPECT_EQ(answer.cluster_id.value_or("").size(), 22u);
}

TEST_F(MetadataTest, MakesWhatIsMissingIfItMay) {
  EXPECT_EQ(client.Call(Named({"a"}, false), 12).topics.at(0).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  const auto made = client.Call(Named({"a"}), 12).topics.at(0);
  EXPECT_EQ(made.error_code, ErrorCode::kNone);
  EXPECT_EQ(made.partitions.size(), 3u);
  EXPECT_EQ(client.Call(Named({"b"}, false), 3).topics.at(0).error_code, ErrorCode::kNone)
      << "version 3 cannot say no";
}

TEST_F(MetadataTest, TheBrokerMaySayNo) {
  Machine strict({.config = "auto.create.topics.enable=false\n"});
  EXPECT_EQ(strict.client().Call(Named({"a"}), 12).topics.at(0).error_code,
            ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(MetadataTest, ANameTwiceIsToldOnce) {
  EXPECT_EQ(client.Call(Named({"a", "a"}), 12).topics.size(), 1u);
}

TEST_F(MetadataTest, InvalidNames) {
  const std::string long_name(250, 'x');
  for (const std::string_view name : {"", ".", "..", "a/b", "a b", long_name.c_str()}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(client.Call(Named({name}), 12).topics.at(0).error_code,
              ErrorCode::kInvalidTopicException);
  }
}

TEST_F(MetadataTest, ById) {
  CreateTopic(client, "a");
  const Uuid id = TopicId(client, "a");
  wire::MetadataRequest request;
  request.topics.emplace().push_back({id, std::nullopt});
  request.topics->push_back({Uuid{1, 2}, std::nullopt});
  const auto answer = client.Call(request, 12);
  EXPECT_EQ(answer.topics.at(0).name, "a");
  EXPECT_EQ(answer.topics.at(1).error_code, ErrorCode::kUnknownTopicId);
}

TEST_F(MetadataTest, DescribeCluster) {
  const auto answer = client.Call(wire::DescribeClusterRequest{}, 2);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  ASSERT_EQ(answer.brokers.size(), 1u);
  EXPECT_EQ(answer.brokers[0].port, 9092);
  EXPECT_EQ(answer.controller_id, answer.brokers[0].broker_id);
  wire::DescribeClusterRequest controllers;
  controllers.endpoint_type = wire::kControllerEndpoints;
  EXPECT_EQ(client.Call(controllers, 2).error_code, ErrorCode::kMismatchedEndpointType);
  controllers.endpoint_type = 3;
  EXPECT_EQ(client.Call(controllers, 2).error_code, ErrorCode::kUnsupportedEndpointType);
}

class TopicsTest : public MetadataTest {
 protected:
  wire::CreateTopicsResponse::Topic Create(std::string_view name, int32_t partitions,
                                           bool validate_only = false) {
    wire::CreateTopicsRequest request;
    request.validate_only = validate_only;
    request.topics.push_back({name, partitions, -1});
    return client.Call(request, 7).topics.at(0);
  }
  ErrorCode Grow(std::string_view name, int32_t count, bool validate_only = false) {
    wire::CreatePartitionsRequest request;
    request.validate_only = validate_only;
    request.topics.push_back({name, count, std::nullopt});
    return client.Call(request, 3).results.at(0).error_code;
  }
  size_t PartitionsOf(std::string_view name) { return Describe(client, name).partitions.size(); }
};

TEST_F(TopicsTest, Create) {
  const auto made = Create("t", -1);
  EXPECT_EQ(made.error_code, ErrorCode::kNone);
  EXPECT_EQ(made.num_partitions, 3);
  EXPECT_EQ(made.topic_id, TopicId(client, "t"));
  ASSERT_TRUE(made.configs);
  EXPECT_GT(made.configs->size(), 10u);
  EXPECT_EQ(Create("t", 1).error_code, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(Create("u", 0).error_code, ErrorCode::kInvalidPartitions);
}

TEST_F(TopicsTest, ValidatingChangesNothing) {
  EXPECT_EQ(Create("t", 2, true).error_code, ErrorCode::kNone);
  EXPECT_EQ(PartitionsOf("t"), 0u);
  Create("t", 2);
  EXPECT_EQ(Grow("t", 4, true), ErrorCode::kNone);
  EXPECT_EQ(PartitionsOf("t"), 2u);
}

TEST_F(TopicsTest, NewPartitionsTakeRecordsAtOnce) {
  Create("t", 1);
  Put(machine, "t", {"a"});
  EXPECT_EQ(Grow("t", 5), ErrorCode::kNone);
  for (int32_t p = 1; p < 5; ++p) EXPECT_EQ(Put(machine, "t", {"b"}, p), 0);
  EXPECT_EQ(Grow("t", 5), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(Grow("none", 5), ErrorCode::kUnknownTopicOrPartition);
  machine.Restart();
  EXPECT_EQ(Get(machine.client(), "t", 0, 4).size(), 1u);
}

TEST_F(TopicsTest, ATopicMadeAnewIsAnother) {
  Create("t", 2);
  const Uuid old_id = TopicId(client, "t");
  for (int i = 0; i < 5; ++i) Put(machine, "t", {"old"});
  EXPECT_EQ(DeleteTopic(client, "t"), ErrorCode::kNone);
  EXPECT_EQ(DeleteTopic(client, "t"), ErrorCode::kUnknownTopicOrPartition);
  Create("t", 2);
  EXPECT_NE(TopicId(client, "t"), old_id);
  EXPECT_THAT(Get(client, "t"), IsEmpty());
  EXPECT_EQ(Put(machine, "t", {"new"}), 0);
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.topics[0].topic_id = old_id;
  EXPECT_EQ(Only(client.Call(request, 13)).error_code, ErrorCode::kUnknownTopicId);
}

TEST_F(TopicsTest, DeletedFilesGoLater) {
  Create("t", 1);
  Put(machine, "t", {"a"});
  DeleteTopic(client, "t");
  const auto doomed = [&] {
    int count = 0;
    const auto names = machine.disk().Names("/data");
    for (const std::string& name : *names) {
      if (name.find("-delete") != std::string::npos) ++count;
    }
    return count;
  };
  EXPECT_EQ(doomed(), 1);
  machine.RunFor(std::chrono::seconds(70));
  EXPECT_EQ(doomed(), 0);
}

// Checkpoints that are being written while a topic goes and comes must not speak of the new one.
TEST_F(TopicsTest, ATopicMadeAnewSurvivesAPowerLossWhateverCheckpointsSaidOfTheOld) {
  for (uint64_t i = 0; i < 20; ++i) {
    SCOPED_TRACE(i);
    Machine box({.config = "replica.high.watermark.checkpoint.interval.ms=2\n",
                 .sim = {.seed = Seed() + i}});
    CreateTopic(box.client(), "t", 1);
    for (int n = 0; n < 20; ++n) Put(box, "t", {"old"});
    box.MustStop();
    box.Start();
    DeleteTopic(box.client(), "t");
    CreateTopic(box.client(), "t", 1);
    Put(box, "t", {"new"});
    box.Crash(io::SimCrash::kPower);
    const absl::Status started = box.TryStart();
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_LE(Get(box.client(), "t").size(), 1u);
  }
}

}  // namespace
}  // namespace varve::broker::test
