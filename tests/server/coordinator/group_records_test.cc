#include "server/coordinator/group_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/wire/hex.h"

namespace varve::coordinator {
namespace {

using wire::FromHex;
using wire::ToHex;

// The bytes follow Kafka's published layouts, field by field.
constexpr std::string_view kOffsetKeyHex = "0001 0002 6731 0003 746f70 00000007";
constexpr std::string_view kOffsetValueHex =
    "0003 000000000000002a 00000005 0002 6d64 0000018bcfe56800";
constexpr std::string_view kExpiringValueHex =
    "0001 000000000000002a 0002 6d64 0000018bcfe56800 0000018bcfe56bff";
constexpr std::string_view kGroupKeyHex = "0002 0002 6731";
constexpr std::string_view kGroupValueHex =
    "0003 0008 636f6e73756d6572 00000004 0005 72616e6765 0002 6d31 0000018bcfe56800 00000001"
    "0002 6d31 0002 6931 0003 617070 0008 2f312e322e332e34 0000ea60 0000afc8"
    "00000003 010203 00000002 0405";
constexpr std::string_view kEmptyGroupHex =
    "0003 0008 636f6e73756d6572 00000005 ffff ffff 0000018bcfe56800 00000000";
constexpr int64_t kTimeMs = 1'700'000'000'000;

std::string Hex(std::string_view spaced) { return ToHex(FromHex(spaced)); }

OffsetValue Offset() {
  return {.offset = 42, .leader_epoch = 5, .metadata = "md", .commit_ms = kTimeMs};
}

GroupRecord OneMember() {
  GroupRecord record{.protocol_type = "consumer",
                     .generation = 4,
                     .protocol = "range",
                     .leader = "m1",
                     .state_since_ms = kTimeMs};
  record.members.push_back({.id = "m1",
                            .instance_id = "i1",
                            .client_id = "app",
                            .client_host = "/1.2.3.4",
                            .rebalance_timeout_ms = 60'000,
                            .session_timeout_ms = 45'000,
                            .metadata = FromHex("010203"),
                            .assignment = FromHex("0405")});
  return record;
}

TEST(GroupRecords, KeysAreKafkas) {
  EXPECT_EQ(ToHex(*WriteOffsetKey("g1", "top", 7)), Hex(kOffsetKeyHex));
  EXPECT_EQ(ToHex(*WriteGroupKey("g1")), Hex(kGroupKeyHex));
}

TEST(GroupRecords, KeysAreRead) {
  for (const std::string_view version : {"0000", "0001"}) {
    const Buffer bytes = FromHex(std::string(version) + std::string(kOffsetKeyHex.substr(4)));
    const auto key = ReadRecordKey(bytes);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->kind, RecordKind::kOffset);
    EXPECT_EQ(key->group, "g1");
    EXPECT_EQ(key->topic, "top");
    EXPECT_EQ(key->partition, 7);
  }
  const Buffer group = FromHex(kGroupKeyHex);
  EXPECT_EQ(ReadRecordKey(group)->kind, RecordKind::kGroup);
  EXPECT_EQ(ReadRecordKey(group)->group, "g1");
}

TEST(GroupRecords, OtherKeysAreToldApart) {
  const auto key = ReadRecordKey(FromHex("0005 0002 6731 0002 6d31"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->kind, RecordKind::kConsumerGroup);
  EXPECT_EQ(key->version, 5);
  const auto other = ReadRecordKey(FromHex("000a 0002 6731 0002 6d31"));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->kind, RecordKind::kOther);
  EXPECT_EQ(other->version, 10);
}

TEST(GroupRecords, OffsetsAreKafkas) {
  OffsetValue value = Offset();
  EXPECT_EQ(ToHex(*WriteOffsetValue(value)), Hex(kOffsetValueHex));
  value.expire_ms = kTimeMs + 1023;
  EXPECT_EQ(ToHex(*WriteOffsetValue(value)), Hex(kExpiringValueHex));
}

TEST(GroupRecords, OffsetsOfAllVersionsAreRead) {
  struct Case {
    std::string_view hex;
    int32_t epoch;
    int64_t expire_ms;
  };
  for (const Case& each : {
           Case{"0000 000000000000002a 0002 6d64 0000018bcfe56800", -1, -1},
           Case{kExpiringValueHex, -1, kTimeMs + 1023},
           Case{"0002 000000000000002a 0002 6d64 0000018bcfe56800", -1, -1},
           Case{kOffsetValueHex, 5, -1},
           Case{"0004 000000000000002a 00000005 03 6d64 0000018bcfe56800 00", 5, -1},
       }) {
    const Buffer bytes = FromHex(each.hex);
    const auto value = ReadOffsetValue(bytes);
    ASSERT_TRUE(value.ok()) << each.hex << ": " << value.status();
    EXPECT_EQ(value->offset, 42);
    EXPECT_EQ(value->leader_epoch, each.epoch);
    EXPECT_EQ(value->metadata, "md");
    EXPECT_EQ(value->commit_ms, kTimeMs);
    EXPECT_EQ(value->expire_ms, each.expire_ms);
  }
}

TEST(GroupRecords, AnOffsetMayNameItsTopicsId) {
  const Buffer bytes = FromHex(
      "0004 000000000000002a 00000005 03 6d64 0000018bcfe56800 01 00 10"
      "00000000000000010000000000000002");
  const auto value = ReadOffsetValue(bytes);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->topic_id, (Uuid{1, 2}));
}

TEST(GroupRecords, GroupsAreKafkas) {
  EXPECT_EQ(ToHex(*WriteGroupValue(OneMember())), Hex(kGroupValueHex));
  const GroupRecord empty{.protocol_type = "consumer", .generation = 5, .state_since_ms = kTimeMs};
  EXPECT_EQ(ToHex(*WriteGroupValue(empty)), Hex(kEmptyGroupHex));
}

TEST(GroupRecords, GroupsAreReadBack) {
  const GroupRecord wanted = OneMember();
  const auto record = ReadGroupValue(FromHex(kGroupValueHex));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->protocol_type, wanted.protocol_type);
  EXPECT_EQ(record->generation, wanted.generation);
  EXPECT_EQ(record->protocol, wanted.protocol);
  EXPECT_EQ(record->leader, wanted.leader);
  EXPECT_EQ(record->state_since_ms, wanted.state_since_ms);
  ASSERT_EQ(record->members.size(), 1U);
  EXPECT_EQ(record->members[0].id, "m1");
  EXPECT_EQ(record->members[0].instance_id, "i1");
  EXPECT_EQ(record->members[0].client_host, "/1.2.3.4");
  EXPECT_EQ(record->members[0].rebalance_timeout_ms, 60'000);
  EXPECT_EQ(record->members[0].metadata, wanted.members[0].metadata);
  EXPECT_EQ(record->members[0].assignment, wanted.members[0].assignment);
}

TEST(GroupRecords, OldMembersRebalanceWithinTheirSession) {
  const auto record =
      ReadGroupValue(FromHex("0000 0001 63 00000004 0001 72 0001 6d 00000001"
                             "0001 6d 0001 61 0001 68 0000afc8 00000001 01 00000000"));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->members.at(0).rebalance_timeout_ms, 45'000);
  EXPECT_EQ(record->state_since_ms, -1);
}

// No prefix of a record is taken for one, and none reads behind its end.
TEST(GroupRecords, WhatIsCutShortIsRefused) {
  for (const std::string_view hex : {kOffsetKeyHex, kGroupKeyHex}) {
    const Buffer whole = FromHex(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      const Buffer part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_TRUE(absl::IsDataLoss(ReadRecordKey(part).status())) << size;
    }
  }
  for (const std::string_view hex : {kOffsetValueHex, kExpiringValueHex}) {
    const Buffer whole = FromHex(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      const Buffer part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_TRUE(absl::IsDataLoss(ReadOffsetValue(part).status())) << size;
    }
  }
  const Buffer whole = FromHex(kGroupValueHex);
  for (size_t size = 0; size < whole.size(); ++size) {
    const Buffer part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_TRUE(absl::IsDataLoss(ReadGroupValue(part).status())) << size;
  }
}

TEST(GroupRecords, ACountBeyondTheBytesReservesNothing) {
  const auto record =
      ReadGroupValue(FromHex("0003 0001 63 00000004 ffff ffff 0000018bcfe56800 7fffffff"));
  EXPECT_TRUE(absl::IsDataLoss(record.status())) << record.status();
}

TEST(GroupRecords, UnknownVersionsOfValuesAreRefused) {
  EXPECT_TRUE(absl::IsDataLoss(ReadOffsetValue(FromHex("0005 00")).status()));
  EXPECT_TRUE(absl::IsDataLoss(ReadGroupValue(FromHex("ffff 00")).status()));
}

TEST(GroupRecords, TextsThatDoNotFitAreRefused) {
  const std::string text(32'768, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(WriteGroupKey(text).status()));
  EXPECT_TRUE(WriteGroupKey(std::string_view(text).substr(1)).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(WriteOffsetKey("g", text, 0).status()));
  OffsetValue value = Offset();
  value.metadata = text;
  EXPECT_TRUE(absl::IsInvalidArgument(WriteOffsetValue(value).status()));
}

}  // namespace
}  // namespace varve::coordinator
