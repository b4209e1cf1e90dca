#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/wire/elect_leaders.h"
#include "server/wire/reassignments.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// What a broker that is alone says to those who would have leaders elected and replicas moved.
namespace varve::broker::test {
namespace {

using wire::ErrorCode;

class ElectLeadersTest : public ::testing::Test {
 protected:
  ElectLeadersTest() { CreateTopic(machine.client(), "t", 2); }

  Machine machine;
};

TEST_F(ElectLeadersTest, ItLeadsAlready) {
  for (const auto type : {wire::ElectionType::kPreferred, wire::ElectionType::kUnclean}) {
    wire::ElectLeadersRequest request;
    request.election_type = type;
    request.topic_partitions.emplace().push_back({"t", {1, 2}});
    request.topic_partitions->push_back({"none", {0}});
    const auto answer = machine.client().Call(request, 2);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    const auto& results = answer.replica_election_results;
    EXPECT_EQ(results.at(0).partition_result.at(0).error_code, ErrorCode::kElectionNotNeeded);
    EXPECT_EQ(results.at(0).partition_result.at(1).error_code, ErrorCode::kUnknownTopicOrPartition);
    EXPECT_EQ(results.at(1).partition_result.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(ElectLeadersTest, OfAllThereIsNothingToDo) {
  const auto answer = machine.client().Call(wire::ElectLeadersRequest{}, 2);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_TRUE(answer.replica_election_results.empty());
}

TEST_F(ElectLeadersTest, AnUnknownKindIsRefused) {
  wire::ElectLeadersRequest request;
  request.election_type = static_cast<wire::ElectionType>(7);
  EXPECT_EQ(machine.client().Call(request, 2).error_code, ErrorCode::kInvalidRequest);
}

class ReassignmentsTest : public ElectLeadersTest {
 protected:
  ErrorCode Move(std::optional<std::vector<int32_t>> replicas, std::string_view topic = "t") {
    wire::AlterPartitionReassignmentsRequest request;
    request.topics.push_back({topic, {{0, std::move(replicas)}}});
    const auto answer = machine.client().Call(request, 1);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    EXPECT_TRUE(answer.allow_replication_factor_change);
    return answer.responses.at(0).partitions.at(0).error_code;
  }
  const int32_t node = Describe(machine.client(), "t").partitions.at(0).leader_id;
};

TEST_F(ReassignmentsTest, WhereTheyAreTheyMayStay) { EXPECT_EQ(Move({{node}}), ErrorCode::kNone); }

TEST_F(ReassignmentsTest, PlacesThatThereAreNot) {
  EXPECT_EQ(Move({{node + 1}}), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Move({{node, node + 1}}), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Move({{node, node}}), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Move(std::vector<int32_t>{}), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Move({{node}}, "none"), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(ReassignmentsTest, NoneIsInProgress) {
  EXPECT_EQ(Move(std::nullopt), ErrorCode::kNoReassignmentInProgress);
  wire::ListPartitionReassignmentsRequest request;
  auto answer = machine.client().Call(request, 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_TRUE(answer.topics.empty());
  request.topics.emplace().push_back({"t", {0}});
  answer = machine.client().Call(request, 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_TRUE(answer.topics.empty());
}

}  // namespace
}  // namespace varve::broker::test
