#include "server/coordinator/group_offsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/wire/hex.h"

namespace varve::coordinator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Index = TopicIndex;

constexpr int64_t kRetentionMs = 1'000;

GroupOffsets Three() {
  GroupOffsets offsets;
  offsets.Set("b", 0, {.offset = 3, .commit_ms = 300});
  offsets.Set("a", 1, {.offset = 2, .commit_ms = 200});
  offsets.Set("a", 0, {.offset = 1, .commit_ms = 100});
  return offsets;
}

TEST(GroupOffsets, TheLastCommitCounts) {
  GroupOffsets offsets = Three();
  offsets.Set("a", 0, {.offset = 0, .metadata = "m", .commit_ms = 50});
  ASSERT_NE(offsets.Find("a", 0), nullptr);
  EXPECT_EQ(offsets.Find("a", 0)->offset, 0);
  EXPECT_EQ(offsets.Find("a", 0)->metadata, "m");
  EXPECT_EQ(offsets.size(), 3U);
  EXPECT_EQ(offsets.Find("a", 2), nullptr);
  EXPECT_EQ(offsets.Find("c", 0), nullptr);
}

TEST(GroupOffsets, AreListedByTopicAndPartition) {
  const GroupOffsets offsets = Three();
  EXPECT_THAT(offsets.All(), ElementsAre(Index{"a", 0}, Index{"a", 1}, Index{"b", 0}));
  EXPECT_THAT(offsets.Of("a"), ElementsAre(Index{"a", 0}, Index{"a", 1}));
  EXPECT_THAT(offsets.Of("c"), IsEmpty());
}

TEST(GroupOffsets, NothingIsLeftOfWhatIsErased) {
  GroupOffsets offsets = Three();
  EXPECT_TRUE(offsets.Erase("b", 0));
  EXPECT_FALSE(offsets.Erase("b", 0));
  EXPECT_FALSE(offsets.topics().contains("b"));
  EXPECT_TRUE(offsets.Erase("a", 0));
  EXPECT_TRUE(offsets.Erase("a", 1));
  EXPECT_TRUE(offsets.empty());
}

TEST(GroupOffsets, AddMissingKeepsWhatIsThere) {
  GroupOffsets offsets;
  offsets.Set("a", 0, {.offset = 9});
  offsets.AddMissing(Three());
  EXPECT_EQ(offsets.size(), 3U);
  EXPECT_EQ(offsets.Find("a", 0)->offset, 9);
}

TEST(GroupOffsets, AgeCountsSinceNobodyReads) {
  const GroupOffsets offsets = Three();
  const ExpiryFacts since{.since_ms = 500};
  EXPECT_THAT(offsets.Expired(since, 1'499, kRetentionMs), IsEmpty());
  EXPECT_EQ(offsets.Expired(since, 1'500, kRetentionMs).size(), 3U);
}

TEST(GroupOffsets, AgeCountsFromEachCommitWhereNobodyEverJoined) {
  const GroupOffsets offsets = Three();
  const ExpiryFacts facts{.since_ms = ExpiryFacts::kAtCommit};
  EXPECT_THAT(offsets.Expired(facts, 1'199, kRetentionMs), ElementsAre(Index{"a", 0}));
  EXPECT_THAT(offsets.Expired(facts, 1'200, kRetentionMs),
              ElementsAre(Index{"a", 0}, Index{"a", 1}));
}

TEST(GroupOffsets, WhatIsReadDoesNotGetOld) {
  const GroupOffsets offsets = Three();
  const TopicSet subscribed{"a"};
  const ExpiryFacts facts{.since_ms = ExpiryFacts::kAtCommit, .subscribed = &subscribed};
  EXPECT_THAT(offsets.Expired(facts, 9'999, kRetentionMs), ElementsAre(Index{"b", 0}));
  EXPECT_THAT(offsets.Expired({}, 9'999, kRetentionMs), IsEmpty());
}

TEST(GroupOffsets, AClientMayHaveAskedForAnotherTime) {
  GroupOffsets offsets;
  offsets.Set("soon", 0, {.commit_ms = 100, .expire_ms = 150});
  offsets.Set("late", 0, {.commit_ms = 100, .expire_ms = 5'000});
  const ExpiryFacts facts{.since_ms = 0};
  EXPECT_THAT(offsets.Expired(facts, 150, kRetentionMs), ElementsAre(Index{"soon", 0}));
  EXPECT_THAT(offsets.Expired(facts, 4'999, kRetentionMs), ElementsAre(Index{"soon", 0}));
}

TEST(Subscription, NamesItsTopics) {
  TopicSet topics;
  EXPECT_TRUE(AddSubscription(wire::FromHex("0000 00000002 0001 61 0001 62 ffffffff"), topics));
  EXPECT_TRUE(AddSubscription(wire::FromHex("0003 00000001 0001 63 00000000 00"), topics));
  EXPECT_THAT(topics, ElementsAre("a", "b", "c"));
}

TEST(Subscription, OtherBytesAreNone) {
  TopicSet topics;
  EXPECT_FALSE(AddSubscription({}, topics));
  EXPECT_FALSE(AddSubscription(wire::FromHex("0000 00000002 0001 61"), topics));
  EXPECT_FALSE(AddSubscription(wire::FromHex("ffff 00000000"), topics));
  EXPECT_THAT(topics, IsEmpty());
}

}  // namespace
}  // namespace varve::coordinator
