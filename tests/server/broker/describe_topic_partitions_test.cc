#include "server/wire/describe_topic_partitions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wire::ErrorCode;

// "name:first-last", or "name:error".
std::vector<std::string> Summary(const wire::DescribeTopicPartitionsResponse& response) {
  std::vector<std::string> lines;
  for (const auto& topic : response.topics) {
    std::string& line = lines.emplace_back(fmt::format("{}:", *topic.name));
    if (topic.error_code != ErrorCode::kNone) {
      line += fmt::format("{}", static_cast<int>(topic.error_code));
    } else if (!topic.partitions.empty()) {
      line += fmt::format("{}-{}", topic.partitions.front().partition_index,
                          topic.partitions.back().partition_index);
    }
  }
  return lines;
}

class DescribeTopicPartitionsTest : public ::testing::Test {
 protected:
  DescribeTopicPartitionsTest() {
    CreateTopic(machine.client(), "b", 4);
    CreateTopic(machine.client(), "a", 3);
    CreateTopic(machine.client(), "c", 1);
  }
  wire::DescribeTopicPartitionsResponse Ask(const std::vector<std::string_view>& names,
                                            int32_t limit = 2000,
                                            std::optional<wire::TopicPartitionCursor> cursor = {}) {
    wire::DescribeTopicPartitionsRequest request;
    for (const std::string_view name : names) request.topics.push_back({name});
    request.response_partition_limit = limit;
    request.cursor = cursor;
    return machine.client().Call(request, 0);
  }

  Machine machine;
};

TEST_F(DescribeTopicPartitionsTest, AllOfThemInOrder) {
  const auto all = Ask({});
  EXPECT_THAT(Summary(all), ElementsAre("a:0-2", "b:0-3", "c:0-0"));
  EXPECT_FALSE(all.next_cursor.has_value());
}

TEST_F(DescribeTopicPartitionsTest, WhatIsSaidOfOne) {
  const auto answer = Ask({"a"});
  const wire::DescribeTopicPartitionsResponse::Topic& topic = answer.topics.at(0);
  EXPECT_EQ(topic.topic_id, TopicId(machine.client(), "a"));
  EXPECT_FALSE(topic.is_internal);
  EXPECT_EQ(topic.topic_authorized_operations, 0b1101'1111'1000);
  const wire::DescribeTopicPartitionsResponse::Partition& partition = topic.partitions.at(1);
  const int32_t node = partition.leader_id;
  EXPECT_EQ(node, Describe(machine.client(), "a").partitions.at(1).leader_id);
  EXPECT_EQ(partition.leader_epoch, 0);
  EXPECT_THAT(partition.replica_nodes, ElementsAre(node));
  EXPECT_THAT(partition.isr_nodes, ElementsAre(node));
  EXPECT_THAT(partition.eligible_leader_replicas.value(), IsEmpty());
  EXPECT_THAT(partition.last_known_elr.value(), IsEmpty());
  EXPECT_THAT(partition.offline_replicas, IsEmpty());
}

TEST_F(DescribeTopicPartitionsTest, NamedOnesComeOnceAndInOrder) {
  EXPECT_THAT(Summary(Ask({"c", "a", "c"})), ElementsAre("a:0-2", "c:0-0"));
}

TEST_F(DescribeTopicPartitionsTest, UnknownOnesAndNamesThatCannotBe) {
  EXPECT_THAT(Summary(Ask({"none", "a", "no such name"})),
              ElementsAre("a:0-2", "no such name:17", "none:3"));
}

// Every page has its limit, and together they tell everything once.
TEST_F(DescribeTopicPartitionsTest, PageByPage) {
  const auto first = Ask({}, 2);
  EXPECT_THAT(Summary(first), ElementsAre("a:0-1"));
  EXPECT_EQ(first.next_cursor, (wire::TopicPartitionCursor{"a", 2}));
  const auto second = Ask({}, 3, first.next_cursor);
  EXPECT_THAT(Summary(second), ElementsAre("a:2-2", "b:0-1"));
  EXPECT_EQ(second.next_cursor, (wire::TopicPartitionCursor{"b", 2}));
  const auto third = Ask({}, 2, second.next_cursor);
  EXPECT_THAT(Summary(third), ElementsAre("b:2-3"));
  EXPECT_EQ(third.next_cursor, (wire::TopicPartitionCursor{"c", 0}));
  const auto last = Ask({}, 2, third.next_cursor);
  EXPECT_THAT(Summary(last), ElementsAre("c:0-0"));
  EXPECT_FALSE(last.next_cursor.has_value());
}

TEST_F(DescribeTopicPartitionsTest, PagesOfNamedOnes) {
  const auto first = Ask({"a", "c", "none"}, 3);
  EXPECT_THAT(Summary(first), ElementsAre("a:0-2"));
  EXPECT_EQ(first.next_cursor, (wire::TopicPartitionCursor{"c", 0}));
  const auto last = Ask({"a", "c", "none"}, 3, first.next_cursor);
  EXPECT_THAT(Summary(last), ElementsAre("c:0-0", "none:3"));
}

TEST_F(DescribeTopicPartitionsTest, APageHasAtLeastOnePartition) {
  EXPECT_THAT(Summary(Ask({}, 0)), ElementsAre("a:0-0"));
  EXPECT_THAT(Summary(Ask({}, -5)), ElementsAre("a:0-0"));
}

TEST_F(DescribeTopicPartitionsTest, APageHasAtMostTwoThousand) {
  CreateTopic(machine.client(), "wide", 2001);
  const auto page = Ask({"wide"}, 1'000'000);
  EXPECT_THAT(Summary(page), ElementsAre("wide:0-1999"));
  EXPECT_EQ(page.next_cursor, (wire::TopicPartitionCursor{"wide", 2000}));
}

TEST_F(DescribeTopicPartitionsTest, CursorsThatPointNowhere) {
  EXPECT_THAT(Summary(Ask({}, 9, wire::TopicPartitionCursor{"aa", 1})),
              ElementsAre("b:0-3", "c:0-0"));  // it was deleted meanwhile
  EXPECT_THAT(Summary(Ask({}, 9, wire::TopicPartitionCursor{"c", 5})), ElementsAre("c:"));
  EXPECT_THAT(Summary(Ask({"a"}, 9, wire::TopicPartitionCursor{"a", -1})), ElementsAre("a:42"));
  EXPECT_THAT(Summary(Ask({"a"}, 9, wire::TopicPartitionCursor{"b", 0})), ElementsAre("a:42"));
}

}  // namespace
}  // namespace varve::broker::test
