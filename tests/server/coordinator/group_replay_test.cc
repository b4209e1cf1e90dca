#include "server/coordinator/group_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/record/builder.h"
#include "engine/record/end_marker.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {
namespace {

struct Entry {
  Buffer key;
  std::optional<Buffer> value = std::nullopt;
};

Entry Offset(const std::string& group, const std::string& topic, int64_t offset) {
  return {*WriteOffsetKey(group, topic, 0),
          *WriteOffsetValue({.offset = offset, .metadata = "m", .commit_ms = 7})};
}

Entry NoOffset(const std::string& group, const std::string& topic) {
  return {*WriteOffsetKey(group, topic, 0)};
}

Entry AGroup(const std::string& group, int32_t generation) {
  return {*WriteGroupKey(group),
          *WriteGroupValue({.protocol_type = "consumer", .generation = generation})};
}

Buffer Batch(const std::vector<Entry>& entries, record::BatchOptions options = {}) {
  record::BatchBuilder builder(options);
  for (const Entry& entry : entries) {
    record::RecordFields fields{.timestamp = 1, .key = entry.key};
    if (entry.value) fields.value = *entry.value;
    builder.Append(fields);
  }
  return builder.Build();
}

record::BatchOptions InTransaction(int64_t producer) {
  return {.transactional = true, .producer_id = producer, .producer_epoch = 0, .base_sequence = 0};
}

int64_t OffsetOf(const GroupReplay::Groups& groups, const std::string& group,
                 const std::string& topic) {
  const auto found = groups.find(group);
  if (found == groups.end()) return -1;
  const CommittedOffset* const offset = found->second.offsets.Find(topic, 0);
  return offset == nullptr ? -1 : offset->offset;
}

TEST(GroupReplay, TheLastWordOnEachKeyCounts) {
  GroupReplay replay;
  ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 1), AGroup("g", 1), Offset("h", "a", 5)})).ok());
  ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 2), AGroup("g", 2)})).ok());
  const auto groups = replay.Take();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(OffsetOf(groups, "g", "a"), 2);
  EXPECT_EQ(groups.at("g").record->generation, 2);
  EXPECT_EQ(OffsetOf(groups, "h", "a"), 5);
  EXPECT_FALSE(groups.at("h").record.has_value());
}

TEST(GroupReplay, TombstonesTakeAway) {
  GroupReplay replay;
  Buffer batches = Batch({Offset("g", "a", 1), Offset("g", "b", 1), AGroup("g", 1)});
  Append(batches, Batch({NoOffset("g", "a")}));
  Append(batches, Batch({Offset("h", "a", 1), NoOffset("h", "a")}));
  ASSERT_TRUE(replay.Add(batches).ok());
  const auto groups = replay.Take();
  EXPECT_FALSE(groups.contains("h"));
  EXPECT_EQ(OffsetOf(groups, "g", "a"), -1);
  EXPECT_EQ(OffsetOf(groups, "g", "b"), 1);
}

TEST(GroupReplay, CompressedBatchesAreRead) {
  GroupReplay replay;
  ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 4)}, {.codec = record::Codec::kZstd})).ok());
  EXPECT_EQ(OffsetOf(replay.Take(), "g", "a"), 4);
}

TEST(GroupReplay, WhatATransactionWroteWaitsForItsMarker) {
  for (const bool commit : {true, false}) {
    GroupReplay replay;
    ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 1)})).ok());
    ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 2)}, InTransaction(9))).ok());
    ASSERT_TRUE(replay.Add(Batch({Offset("g", "a", 3)}, InTransaction(8))).ok());
    ASSERT_TRUE(replay.Add(record::BuildEndMarker(9, 0, {.commit = commit}, 1)).ok());
    EXPECT_EQ(OffsetOf(replay.Take(), "g", "a"), commit ? 2 : 1);
  }
}

TEST(GroupReplay, UnknownRecordsArePassedOver) {
  GroupReplay replay;
  const Entry newer{{std::byte{0}, std::byte{99}}, Buffer(3)};
  const Entry broken{*WriteOffsetKey("g", "a", 0), Buffer(3)};
  const Entry keyless{{}, Buffer(3)};
  ASSERT_TRUE(replay.Add(Batch({newer, broken, keyless, Offset("g", "b", 1)})).ok());
  EXPECT_EQ(replay.passed_over(), 3U);
  EXPECT_EQ(replay.records(), 4U);
  EXPECT_FALSE(replay.first_complaint().empty());
  EXPECT_EQ(OffsetOf(replay.Take(), "g", "b"), 1);
}

TEST(GroupReplay, DamageIsNotPassedOver) {
  Buffer batch = Batch({Offset("g", "a", 1)});
  batch.back() ^= std::byte{1};
  GroupReplay replay;
  EXPECT_TRUE(absl::IsDataLoss(replay.Add(batch)));
  batch.pop_back();
  EXPECT_TRUE(absl::IsDataLoss(replay.Add(batch)));
}

TEST(GroupReplay, KnowsWhereItIs) {
  GroupReplay replay;
  EXPECT_EQ(replay.next_offset(), 0);
  Buffer batches = Batch({AGroup("g", 1), AGroup("h", 1)}, {.base_offset = 10});
  Append(batches, Batch({AGroup("i", 1)}, {.base_offset = 20}));
  ASSERT_TRUE(replay.Add(batches).ok());
  EXPECT_EQ(replay.next_offset(), 21);
}

}  // namespace
}  // namespace varve::coordinator
