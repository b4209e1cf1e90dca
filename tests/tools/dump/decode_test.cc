#include <gtest/gtest.h>

#include <set>

#include "engine/record/end_marker.h"
#include "tests/server/wire/golden.h"
#include "tests/server/wire/hex.h"
#include "tests/tools/dump/made_batches.h"
#include "tools/dump/decode/decoder.h"
#include "tools/text/json.h"

namespace varve::dump {
namespace {

using wire::FromHex;

absl::StatusOr<Decoded> DecodeBytes(Decode decode, const Buffer& key, const Buffer& value) {
  record::RecordView record;
  if (!key.empty()) record.key = key;
  if (!value.empty()) record.value = value;
  return DecodeRecord(decode, record);
}

// Every record of the metadata log whose bytes are known: decoded whole, and at no length less.
TEST(DecodeMetadata, ReadsEveryGoldenRecord) {
  std::set<std::string_view> kinds;
  for (const auto& [id, hex] : wire::LoadGolden(VARVE_GOLDEN_RECORDS)) {
    if (!hex.starts_with("01") || !id.first.ends_with("Record")) continue;
    const Buffer value = FromHex(hex);
    const auto decoded = DecodeBytes(Decode::kMetadata, {}, value);
    if (!decoded.ok()) continue;  // the value of a control record
    kinds.insert(decoded->kind);
    EXPECT_EQ(decoded->kind, id.first);
    ASSERT_TRUE(decoded->value.has_value());
    EXPECT_EQ(text::CompactJson(*decoded->value), decoded->value);
    for (size_t size = 0; size < value.size(); ++size) {
      const Buffer cut(value.begin(), value.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_FALSE(DecodeBytes(Decode::kMetadata, {}, cut).ok()) << id.first << " at " << size;
    }
  }
  EXPECT_GE(kinds.size(), 9U);
}

TEST(DecodeMetadata, ShowsNamesAndIds) {
  const auto decoded = DecodeBytes(
      Decode::kMetadata, {}, FromHex("010200076f72646572730102030405060708090a0b0c0d0e0f1000"));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->value, R"({"name":"orders","topicId":"AQIDBAUGBwgJCgsMDQ4PEA"})");
}

TEST(DecodeMetadata, KeepsTagsThatNobodyKnows) {
  const auto decoded = DecodeBytes(Decode::kMetadata, {}, FromHex("01 14 00 01 09 02 abcd"));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->value, R"({"tag9":"abcd"})");
}

// What later versions add comes in tagged fields, mostly.
TEST(DecodeMetadata, ReadsAVersionThatIsTooNewIfItCan) {
  const auto decoded = DecodeBytes(Decode::kMetadata, {}, FromHex("01 0c 07 02 61 0003 00"));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->value, R"({"name":"a","featureLevel":3})");
  const auto longer = DecodeBytes(Decode::kMetadata, {}, FromHex("01 0c 07 02 61 0003 05 00"));
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.status().message(),
            "FeatureLevelRecord of version 7, 0 is the newest one known");
}

TEST(DecodeOffsets, ReadsACommitOfEachVersion) {
  const Buffer key = FromHex("0001 0001 67 0006 6f7264657273 00000007");
  const std::pair<const char*, const char*> cases[] = {
      {"0000 0000000000000042 0000 0000000000000005",
       R"({"offset":66,"metadata":"","commitTimestamp":5})"},
      {"0001 0000000000000042 0000 0000000000000005 0000000000000006",
       R"({"offset":66,"metadata":"","commitTimestamp":5,"expireTimestamp":6})"},
      {"0003 0000000000000042 00000009 0001 6d 0000000000000005",
       R"({"offset":66,"leaderEpoch":9,"metadata":"m","commitTimestamp":5})"},
      {"0004 0000000000000042 00000009 02 6d 0000000000000005 00",
       R"({"offset":66,"leaderEpoch":9,"metadata":"m","commitTimestamp":5})"},
  };
  for (const auto& [hex, json] : cases) {
    const auto decoded = DecodeBytes(Decode::kOffsets, key, FromHex(hex));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->kind, "OffsetCommit");
    EXPECT_EQ(decoded->key, R"({"group":"g","topic":"orders","partition":7})");
    EXPECT_EQ(decoded->value, json);
  }
}

TEST(DecodeOffsets, ReadsTombstonesAndGroups) {
  const auto gone = DecodeBytes(Decode::kOffsets, FromHex("0002 0001 67"), {});
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_EQ(gone->kind, "GroupMetadata");
  EXPECT_EQ(gone->value, std::nullopt);
  const auto group = DecodeBytes(
      Decode::kOffsets, FromHex("0002 0001 67"),
      FromHex("0003 0008 636f6e73756d6572 00000003 0005 72616e6765 ffff 0000000000000009 00000001"
              "0001 6d ffff 0001 63 0001 68 00000064 000000c8 00000002 abcd 00000000"));
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->value,
            R"({"protocolType":"consumer","generation":3,"protocol":"range","leader":null,)"
            R"("currentStateTimestamp":9,"members":[{"memberId":"m","groupInstanceId":null,)"
            R"("clientId":"c","clientHost":"h","rebalanceTimeout":100,"sessionTimeout":200,)"
            R"("subscription":"q80=","assignment":""}]})");
}

TEST(DecodeOffsets, ReadsGroupsOfTheNewerProtocol) {
  const auto group = DecodeBytes(Decode::kOffsets, FromHex("0003 0001 67"),
                                 FromHex("0000 00000007 01 00 08 0000000000000001"));
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->kind, "ConsumerGroupMetadata");
  EXPECT_EQ(group->value, R"({"epoch":7,"metadataHash":1})");
  const auto share = DecodeBytes(
      Decode::kOffsets, FromHex("0008 0001 67 0001 6d"),
      FromHex("0000 00000002 00000001 00"
              "02 00000000000000010000000000000001 02 00000003 01 00 05 02 00000002 01 00"));
  ASSERT_TRUE(share.ok()) << share.status();
  EXPECT_EQ(share->value,
            R"({"memberEpoch":2,"previousMemberEpoch":1,"state":0,"assignedPartitions":)"
            R"([{"topicId":"AAAAAAAAAAEAAAAAAAAAAQ","partitions":[3],"assignmentEpochs":[2]}],)"
            R"("partitionsPendingRevocation":[]})");
}

TEST(DecodeOffsets, ReadsATaggedStructThatIsNull) {
  const auto member =
      DecodeBytes(Decode::kOffsets, FromHex("0005 0001 67 0001 6d"),
                  FromHex("0000 00 00 02 63 02 2f 02 02 61 00 00000001 00 01 00 01 00"));
  ASSERT_TRUE(member.ok()) << member.status();
  EXPECT_TRUE(member->value->ends_with("\"classicMemberMetadata\":null}")) << *member->value;
  const auto classic = DecodeBytes(
      Decode::kOffsets, FromHex("0005 0001 67 0001 6d"),
      FromHex("0000 00 00 02 63 02 2f 02 02 61 00 00000001 00 01 00 07 01 00000009 01 00"));
  ASSERT_TRUE(classic.ok()) << classic.status();
  EXPECT_TRUE(classic->value->ends_with("{\"sessionTimeoutMs\":9,\"supportedProtocols\":[]}}"))
      << *classic->value;
}

TEST(DecodeTransactions, ReadsBothVersions) {
  const Buffer key = FromHex("0000 0002 7431");
  const auto old = DecodeBytes(Decode::kTransactions, key,
                               FromHex("0000 0000000000000007 0001 0000ea60 01 00000001 0001 74"
                                       "00000001 00000002 0000000000000005 0000000000000004"));
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(old->key, R"({"transactionalId":"t1"})");
  EXPECT_EQ(old->value,
            R"({"producerId":7,"producerEpoch":1,"transactionTimeoutMs":60000,)"
            R"("transactionStatus":"ONGOING","transactionPartitions":)"
            R"([{"topic":"t","partitionIds":[2]}],"transactionLastUpdateTimestampMs":5,)"
            R"("transactionStartTimestampMs":4})");
  const auto flexible = DecodeBytes(Decode::kTransactions, key,
                                    FromHex("0001 0000000000000007 0001 0000ea60 00 00"
                                            "0000000000000005 ffffffffffffffff"
                                            "01 00 08 0000000000000006"));
  ASSERT_TRUE(flexible.ok()) << flexible.status();
  EXPECT_NE(flexible->value->find(R"("previousProducerId":6)"), std::string::npos);
}

TEST(DecodeControl, ReadsMarkers) {
  const Buffer batch = record::BuildEndMarker(7, 1, {.commit = false, .coordinator_epoch = 5}, 9);
  const record::BatchView view(batch);
  record::RecordIterator records(view, view.records());
  record::RecordView record;
  ASSERT_TRUE(records.Next(record));
  const auto decoded = DecodeControl(record);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->kind, "AbortMarker");
  EXPECT_EQ(decoded->value, R"({"version":0,"coordinatorEpoch":5})");
}

TEST(DecodeRecord, NeverBelievesACount) {
  // Two billion members in twelve bytes.
  const auto decoded = DecodeBytes(Decode::kOffsets, FromHex("0002 0001 67"),
                                   FromHex("0000 0001 63 00000003 ffff ffff 7fffffff"));
  ASSERT_FALSE(decoded.ok());
  EXPECT_NE(std::string(decoded.status().message()).find("2147483647 elements"), std::string::npos)
      << decoded.status();
}

TEST(DecodeByPath, GoesByTheDirectory) {
  EXPECT_EQ(DecodeByPath("/d/__consumer_offsets-12/0.log"), Decode::kOffsets);
  EXPECT_EQ(DecodeByPath("/d/__transaction_state-0/0.log"), Decode::kTransactions);
  EXPECT_EQ(DecodeByPath("__cluster_metadata-0/0.log"), Decode::kMetadata);
  EXPECT_EQ(DecodeByPath("/d/orders-0/0.log"), Decode::kNone);
}

}  // namespace
}  // namespace varve::dump
