#include "server/wire/describe_producers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using wire::ErrorCode;

class DescribeProducersTest : public ::testing::Test {
 protected:
  DescribeProducersTest() { CreateTopic(machine.client(), "t", 2); }
  wire::DescribeProducersResponse::Partition Ask(std::string_view topic, int32_t partition) {
    wire::DescribeProducersRequest request;
    request.topics.push_back({topic, {partition}});
    return machine.client().Call(request, 0).topics.at(0).partitions.at(0);
  }
  void Send(record::BatchOptions options) {
    const auto produced =
        Produce(machine.client(), "t", 0, Batch({"a", "b"}, machine.NowMs(), options));
    EXPECT_EQ(produced.error_code, ErrorCode::kNone);
  }

  Machine machine;
};

TEST_F(DescribeProducersTest, WhoWroteToAPartition) {
  Put(machine, "t", {"without a number"});
  Send({.producer_id = 7, .producer_epoch = 2, .base_sequence = 0});
  Send({.producer_id = 7, .producer_epoch = 2, .base_sequence = 2});
  Send({.producer_id = 5, .producer_epoch = 0, .base_sequence = 0});
  const int64_t now_ms = machine.NowMs();
  const wire::DescribeProducersResponse::Partition answer = Ask("t", 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  ASSERT_EQ(answer.active_producers.size(), 2u);
  EXPECT_EQ(answer.active_producers[0].producer_id, 5);
  const wire::DescribeProducersResponse::Producer& producer = answer.active_producers[1];
  EXPECT_EQ(producer.producer_id, 7);
  EXPECT_EQ(producer.producer_epoch, 2);
  EXPECT_EQ(producer.last_sequence, 3);
  EXPECT_NEAR(static_cast<double>(producer.last_timestamp), static_cast<double>(now_ms), 1000);
  EXPECT_EQ(producer.coordinator_epoch, -1);
  EXPECT_EQ(producer.current_txn_start_offset, -1);
  EXPECT_TRUE(Ask("t", 1).active_producers.empty());
}

TEST(DescribeProducers, ASilentOneIsForgottenWhenThePropertySays) {
  Machine machine({.config = "producer.id.expiration.ms=60000\n"});
  CreateTopic(machine.client(), "t", 1);
  const auto batch =
      Batch({"a"}, machine.NowMs(), {.producer_id = 7, .producer_epoch = 0, .base_sequence = 0});
  EXPECT_EQ(Produce(machine.client(), "t", 0, batch).error_code, ErrorCode::kNone);
  wire::DescribeProducersRequest request;
  request.topics.push_back({"t", {0}});
  const auto known = [&] {
    const auto answer = machine.client().Call(request, 0);
    return answer.topics.at(0).partitions.at(0).active_producers.size();
  };
  machine.RunFor(std::chrono::seconds(50));
  EXPECT_EQ(known(), 1u);
  machine.RunFor(std::chrono::seconds(20));
  EXPECT_EQ(known(), 0u);
}

TEST_F(DescribeProducersTest, SilentOnesAreForgotten) {
  Send({.producer_id = 7, .producer_epoch = 0, .base_sequence = 0});
  machine.RunFor(std::chrono::hours(25));
  wire::DescribeProducersRequest request;
  request.topics.push_back({"t", {0}});
  const auto answer = machine.Connect().Call(request, 0);  // the other was idle for too long
  EXPECT_TRUE(answer.topics.at(0).partitions.at(0).active_producers.empty());
}

TEST_F(DescribeProducersTest, UnknownTopicsAndPartitions) {
  EXPECT_EQ(Ask("none", 0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Ask("t", 2).error_code, ErrorCode::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace varve::broker::test
