#include "server/coordinator/consumer/assignor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>

namespace varve::coordinator {
namespace {

constexpr Uuid kA{1, 1};
constexpr Uuid kB{2, 2};
constexpr Uuid kC{3, 3};

AssignorMember Reader(std::string_view id, std::vector<Uuid> topics, Assignment current = {}) {
  return {.id = id, .topics = std::move(topics), .current = std::move(current)};
}

Assignment Range(const Uuid& topic, int32_t from, int32_t to) {
  Assignment range;
  for (int32_t i = from; i < to; ++i) range.push_back({topic, i});
  return range;
}

std::vector<size_t> Sizes(const std::vector<Assignment>& shares) {
  std::vector<size_t> sizes;
  for (const Assignment& share : shares) sizes.push_back(share.size());
  return sizes;
}

// What somebody has now that he did not have before.
size_t Moves(const std::vector<AssignorMember>& members, const std::vector<Assignment>& shares) {
  size_t moves = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    moves += Difference(shares[i], members[i].current).size();
  }
  return moves;
}

// Every partition of a topic that somebody reads is in one share, of somebody who reads it.
void ExpectComplete(const std::vector<AssignorMember>& members,
                    const std::vector<AssignorTopic>& topics,
                    const std::vector<Assignment>& shares) {
  std::map<TopicPartition, int> given;
  for (size_t i = 0; i < members.size(); ++i) {
    EXPECT_TRUE(std::ranges::is_sorted(shares[i]));
    for (const TopicPartition& each : shares[i]) {
      ++given[each];
      EXPECT_TRUE(std::ranges::binary_search(members[i].topics, each.topic));
    }
  }
  size_t expected = 0;
  for (const AssignorTopic& topic : topics) {
    const bool read = std::ranges::any_of(members, [&](const AssignorMember& member) {
      return std::ranges::binary_search(member.topics, topic.id);
    });
    if (read) expected += static_cast<size_t>(topic.partitions);
  }
  EXPECT_EQ(given.size(), expected);
  for (const auto& [partition, count] : given) EXPECT_EQ(count, 1);
}

TEST(Assignors, HaveNames) {
  EXPECT_EQ(Name(Assignor::kUniform), "uniform");
  EXPECT_EQ(FindAssignor("range"), Assignor::kRange);
  EXPECT_EQ(FindAssignor("Uniform"), std::nullopt);
}

TEST(RangeAssignor, GivesNeighboursAndTheRestToTheFirst) {
  const std::vector members = {Reader("b", {kA, kB}), Reader("a", {kA, kB})};
  const std::vector<AssignorTopic> topics = {{kA, 3}, {kB, 3}};
  const auto shares = AssignRange(members, topics);
  EXPECT_EQ(shares[1], Union(Range(kA, 0, 2), Range(kB, 0, 2)));
  EXPECT_EQ(shares[0], Union(Range(kA, 2, 3), Range(kB, 2, 3)));
}

TEST(RangeAssignor, TakesStaticMembersFirst) {
  std::vector members = {Reader("a", {kA}), Reader("z", {kA}), Reader("y", {kA})};
  members[1].instance_id = "1";
  members[2].instance_id = "2";
  const std::vector<AssignorTopic> topics = {{kA, 3}};
  const auto shares = AssignRange(members, topics);
  EXPECT_EQ(shares[1], Range(kA, 0, 1));
  EXPECT_EQ(shares[2], Range(kA, 1, 2));
  EXPECT_EQ(shares[0], Range(kA, 2, 3));
}

TEST(RangeAssignor, DividesEachTopicAmongItsReaders) {
  const std::vector members = {Reader("a", {kA}), Reader("b", {kA, kB}), Reader("c", {kB})};
  const std::vector<AssignorTopic> topics = {{kA, 2}, {kB, 3}, {kC, 9}};
  const auto shares = AssignRange(members, topics);
  EXPECT_EQ(shares[0], Range(kA, 0, 1));
  EXPECT_EQ(shares[1], Union(Range(kA, 1, 2), Range(kB, 0, 2)));
  EXPECT_EQ(shares[2], Range(kB, 2, 3));
}

TEST(RangeAssignor, LeavesMembersWithoutWhenThereAreTooMany) {
  const std::vector members = {Reader("a", {kA}), Reader("b", {kA}), Reader("c", {kA})};
  const std::vector<AssignorTopic> topics = {{kA, 2}};
  EXPECT_EQ(Sizes(AssignRange(members, topics)), (std::vector<size_t>{1, 1, 0}));
}

TEST(UniformAssignor, GivesEachTheSame) {
  const std::vector members = {Reader("a", {kA, kB}), Reader("b", {kA, kB}), Reader("c", {kA, kB})};
  const std::vector<AssignorTopic> topics = {{kA, 4}, {kB, 4}};
  const auto shares = AssignUniform(members, topics);
  ExpectComplete(members, topics, shares);
  EXPECT_EQ(Sizes(shares), (std::vector<size_t>{3, 3, 2}));
}

TEST(UniformAssignor, MovesNoMoreThanANewMemberNeeds) {
  const std::vector members = {Reader("a", {kA}, Range(kA, 0, 6)),
                               Reader("b", {kA}, Range(kA, 6, 12)), Reader("c", {kA})};
  const std::vector<AssignorTopic> topics = {{kA, 12}};
  const auto shares = AssignUniform(members, topics);
  ExpectComplete(members, topics, shares);
  EXPECT_EQ(Sizes(shares), (std::vector<size_t>{4, 4, 4}));
  EXPECT_EQ(Moves(members, shares), 4u);
}

TEST(UniformAssignor, KeepsTheOddPartitionWhereItIs) {
  const std::vector members = {Reader("a", {kA}, Range(kA, 0, 1)),
                               Reader("b", {kA}, Range(kA, 1, 3))};
  const std::vector<AssignorTopic> topics = {{kA, 3}};
  EXPECT_EQ(Moves(members, AssignUniform(members, topics)), 0u);
}

TEST(UniformAssignor, GivesOnlyWhatThereIsAndIsRead) {
  const std::vector members = {Reader("a", {kA}, Union(Range(kA, 0, 9), Range(kB, 0, 2))),
                               Reader("b", {kA}, Range(kA, 0, 2))};
  const std::vector<AssignorTopic> topics = {{kA, 2}, {kB, 2}};
  const auto shares = AssignUniform(members, topics);
  ExpectComplete(members, topics, shares);
  EXPECT_EQ(Sizes(shares), (std::vector<size_t>{1, 1}));
}

TEST(UniformAssignor, BalancesWhatOnlySomeMayRead) {
  const std::vector members = {Reader("a", {kA}), Reader("b", {kA, kB}), Reader("c", {kA, kB, kC})};
  const std::vector<AssignorTopic> topics = {{kA, 6}, {kB, 2}, {kC, 1}};
  const auto shares = AssignUniform(members, topics);
  ExpectComplete(members, topics, shares);
  EXPECT_EQ(Sizes(shares), (std::vector<size_t>{3, 3, 3}));
}

TEST(UniformAssignor, DoesNotDependOnTheOrderOfMembers) {
  const std::vector<AssignorTopic> topics = {{kA, 7}, {kB, 5}};
  std::vector members = {Reader("a", {kA}), Reader("b", {kA, kB}), Reader("c", {kB})};
  const auto shares = AssignUniform(members, topics);
  std::ranges::reverse(members);
  auto reversed = AssignUniform(members, topics);
  std::ranges::reverse(reversed);
  EXPECT_EQ(shares, reversed);
}

TEST(UniformAssignor, HasNothingToDoWithoutMembersOrTopics) {
  EXPECT_TRUE(AssignUniform({}, {}).empty());
  const std::vector members = {Reader("a", {kA})};
  const std::vector<AssignorTopic> empty = {{kA, 0}};
  EXPECT_EQ(Sizes(AssignUniform(members, empty)), (std::vector<size_t>{0}));
}

// Groups of all kinds, step by step: complete, even where all read the same, and nobody who could
// give something to a reader with two less keeps it.
TEST(UniformAssignor, HoldsForManyGroups) {
  std::mt19937 random(7);
  const auto pick = [&](int max) {
    return static_cast<int>(random() % static_cast<unsigned>(max));
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<AssignorTopic> topics;
    const int topic_count = 1 + pick(5);
    for (int i = 0; i < topic_count; ++i) {
      topics.push_back({{static_cast<uint64_t>(i + 1), 0}, pick(12)});
    }
    const bool all_read_all = pick(2) == 0;
    std::deque<std::string> ids;
    std::vector<AssignorMember> members;
    for (int i = 0, count = 1 + pick(7); i < count; ++i) {
      ids.push_back(std::to_string(i));
      AssignorMember& member = members.emplace_back();
      member.id = ids.back();
      for (const AssignorTopic& topic : topics) {
        if (all_read_all || pick(2) == 0) member.topics.push_back(topic.id);
      }
    }
    for (int step = 0; step < 3; ++step) {
      const auto shares = AssignUniform(members, topics);
      ExpectComplete(members, topics, shares);
      for (size_t from = 0; from < members.size(); ++from) {
        for (const TopicPartition& each : shares[from]) {
          for (size_t to = 0; to < members.size(); ++to) {
            if (!std::ranges::binary_search(members[to].topics, each.topic)) continue;
            EXPECT_LE(shares[from].size(), shares[to].size() + 1);
          }
        }
      }
      for (size_t i = 0; i < members.size(); ++i) members[i].current = shares[i];
      EXPECT_EQ(AssignUniform(members, topics), shares);  // settled
      topics[static_cast<size_t>(pick(topic_count))].partitions += 3;
    }
  }
}

}  // namespace
}  // namespace varve::coordinator
