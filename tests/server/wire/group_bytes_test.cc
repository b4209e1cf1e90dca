// What groups send and hear that the samples do not show: nulls, old shapes and refused bytes.

#include <gtest/gtest.h>

#include "server/wire/message.h"
#include "tests/server/wire/group_messages.h"
#include "tests/server/wire/hex.h"

namespace varve::wire {
namespace {

// What it returns is a view of `bytes`.
template <typename Message>
absl::StatusOr<Message> Decode(const Buffer& bytes, int version) {
  Reader reader(bytes);
  auto message = DecodeBody<Message>(reader, version);
  EXPECT_EQ(message.ok(), reader.ok() && reader.rest().empty());
  return message;
}

template <typename Message>
Buffer Encode(const Message& message, int version) {
  Buffer bytes;
  Writer writer(bytes);
  EncodeBody(message, version, writer);
  EXPECT_TRUE(writer.status().ok());
  return bytes;
}

TEST(GroupBytes, OpaqueBytesAreAViewOfTheFrame) {
  const Buffer bytes = FromHex("0000 00000003 616263");
  const auto response = Decode<SyncGroupResponse>(bytes, 0);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(AsText(response->assignment.bytes), "abc");
  EXPECT_EQ(response->assignment.bytes.data(), bytes.data() + 6);
}

TEST(GroupBytes, OpaqueBytesMayBeEmptyButNotNull) {
  const Buffer empty = FromHex("0000 00000000");
  const Buffer null = FromHex("0000 ffffffff");
  EXPECT_TRUE(Decode<SyncGroupResponse>(empty, 0)->assignment.bytes.empty());
  EXPECT_FALSE(Decode<SyncGroupResponse>(null, 0).ok());

  const Buffer compact_empty = FromHex("00000000 0000 01 00");
  const Buffer compact_null = FromHex("00000000 0000 00 00");
  EXPECT_TRUE(Decode<SyncGroupResponse>(compact_empty, 4)->assignment.bytes.empty());
  EXPECT_FALSE(Decode<SyncGroupResponse>(compact_null, 4).ok());
}

TEST(GroupBytes, OpaqueBytesLongerThanTheFrameAreRefused) {
  const Buffer bytes = FromHex("0000 7fffffff 616263");
  EXPECT_FALSE(Decode<SyncGroupResponse>(bytes, 0).ok());
}

TEST(GroupBytes, OpaqueBytesMayBeLongerThanAString) {
  const std::string text(40'000, 'x');
  const SyncGroupResponse response{.assignment = {AsBytes(text)}};
  EXPECT_EQ(Encode(response, 0).size(), 2 + 4 + text.size());
}

TEST(GroupBytes, AFailedJoinHasNoProtocolFromVersion7On) {
  const JoinGroupResponse response{.error_code = ErrorCode::kMemberIdRequired, .member_id = "m"};
  EXPECT_EQ(Encode(response, 6), FromHex("00000000 004f ffffffff"
                                         "01"  // the empty protocol
                                         "01 026d 01 00"));
  EXPECT_EQ(Encode(response, 7), FromHex("00000000 004f ffffffff"
                                         "00 00"  // neither a type nor a protocol
                                         "01 026d 01 00"));
}

TEST(GroupBytes, AJoinOfVersion0HasNoRebalanceTimeout) {
  const Buffer bytes = FromHex("0001 67  00001770  0000  0001 63  00000000");
  const auto request = Decode<JoinGroupRequest>(bytes, 0);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->session_timeout_ms, 6000);
  EXPECT_EQ(request->rebalance_timeout_ms, -1);
}

TEST(GroupBytes, OffsetsOfAllTopicsAreAskedForByNull) {
  const Buffer all = FromHex("0001 67  ffffffff");
  EXPECT_FALSE(Decode<OffsetFetchRequest>(all, 1).ok());
  ASSERT_TRUE(Decode<OffsetFetchRequest>(all, 2).ok());
  EXPECT_FALSE(Decode<OffsetFetchRequest>(all, 2)->topics.has_value());

  const Buffer groups = FromHex("02  02 67 00 00  00 00");
  const auto request = Decode<OffsetFetchRequest>(groups, 8);
  ASSERT_TRUE(request.ok());
  ASSERT_EQ(request->groups.size(), 1U);
  EXPECT_EQ(request->groups[0].group_id, "g");
  EXPECT_FALSE(request->groups[0].topics.has_value());
  EXPECT_EQ(request->groups[0].member_epoch, -1);
}

TEST(GroupBytes, ACommitKeepsNullMetadata) {
  const Buffer bytes = FromHex(
      "0001 67 ffffffff 0000 ffffffffffffffff"
      "00000001 0001 74 00000001 00000002 000000000000002a ffff");
  const auto request = Decode<OffsetCommitRequest>(bytes, 2);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->generation_id_or_member_epoch, -1);
  const auto& partition = request->topics.at(0).partitions.at(0);
  EXPECT_EQ(partition.committed_offset, 42);
  EXPECT_EQ(partition.committed_leader_epoch, -1);
  EXPECT_FALSE(partition.committed_metadata.has_value());
}

TEST(GroupBytes, AHeartbeatWithoutNews) {
  const ConsumerGroupHeartbeatRequest request{.group_id = "g", .member_id = "m", .member_epoch = 3};
  EXPECT_EQ(Encode(request, 0), FromHex("0267 026d 00000003"
                                        "00 00 ffffffff 00 00 00 00"));
  const ConsumerGroupHeartbeatResponse response{.member_epoch = 3, .heartbeat_interval_ms = 5000};
  EXPECT_EQ(Encode(response, 0), FromHex("00000000 0000 00 00 00000003 00001388"
                                         "ff 00"));  // no assignment
}

TEST(GroupBytes, AnEmptyAssignmentIsNotNull) {
  const Buffer bytes = FromHex("00000000 0000 00 00 00000003 00001388 01 01 00 00");
  const auto response = Decode<ConsumerGroupHeartbeatResponse>(bytes, 0);
  ASSERT_TRUE(response.ok());
  ASSERT_TRUE(response->assignment.has_value());
  EXPECT_TRUE(response->assignment->topic_partitions.empty());
}

}  // namespace
}  // namespace varve::wire
