#include "server/wire/header.h"

#include <gtest/gtest.h>

#include "server/wire/api_versions.h"
#include "server/wire/message.h"
#include "tests/server/wire/hex.h"

namespace varve::wire {
namespace {

Bytes WithoutSize(const Buffer& frame) { return Bytes(frame).subspan(kFrameSizeBytes); }

TEST(Header, WritesTheWorkedApiVersionsRequest) {
  const ApiVersionsRequest request{.client_software_name = "x", .client_software_version = "1"};
  Buffer out;
  ASSERT_TRUE(
      EncodeRequest({.api_version = 3, .correlation_id = 1, .client_id = "c"}, request, out).ok());
  EXPECT_EQ(ToHex(out), "000000110012000300000001000163000278023100");
}

TEST(Header, ReadsTheWorkedApiVersionsRequest) {
  const Buffer frame = FromHex("00000011 0012 0003 00000001 0001 63 00 02 78 02 31 00");
  Reader reader(WithoutSize(frame));
  const auto header = ReadRequestHeader(reader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->api_key, ApiKey::kApiVersions);
  EXPECT_EQ(header->api_version, 3);
  EXPECT_EQ(header->correlation_id, 1);
  EXPECT_EQ(header->client_id, "c");
  const auto request = DecodeBody<ApiVersionsRequest>(reader, header->api_version);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->client_software_name, "x");
  EXPECT_EQ(request->client_software_version, "1");
  EXPECT_TRUE(reader.rest().empty());
}

// The header of the response has no tagged fields, though the body is flexible.
TEST(Header, WritesTheWorkedApiVersionsResponse) {
  const ApiVersionsResponse response{.api_keys = {{ApiKey::kApiVersions, 0, 4}}};
  Buffer out;
  std::vector<Splice> splices;
  ASSERT_TRUE(EncodeResponse(1, 3, response, out, splices).ok());
  EXPECT_EQ(ToHex(out), "0000001300000001000002001200000004000000000000");
  const auto answer = DecodeResponse<ApiVersionsResponse>(WithoutSize(out), 3);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->correlation_id, 1);
  EXPECT_TRUE(answer->body == response);
}

// To a version that we do not know: version 0, one entry, and an array that is not null.
TEST(Header, WritesTheFallbackOfApiVersions) {
  const ApiVersionsResponse response{.error_code = ErrorCode::kUnsupportedVersion,
                                     .api_keys = {{ApiKey::kApiVersions, 0, 4}}};
  Buffer out;
  std::vector<Splice> splices;
  ASSERT_TRUE(EncodeResponse(7, 0, response, out, splices).ok());
  EXPECT_EQ(ToHex(out),
            "00000010"
            "00000007"
            "0023"
            "00000001"
            "0012"
            "0000"
            "0004");
}

TEST(Header, ReadsApiVersionsOfAVersionToCome) {
  const Buffer frame = FromHex("0012 0063 00000009 0001 63 00 ffffffff");
  Reader reader{Bytes(frame)};
  const auto header = ReadRequestHeader(reader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->api_version, 99);
  EXPECT_EQ(header->correlation_id, 9);
  EXPECT_EQ(reader.rest().size(), 4u);
}

TEST(Header, ReadsANullClientIdAsEmpty) {
  const Buffer frame = FromHex("0003 0001 00000005 ffff ffffffff");
  Reader reader{Bytes(frame)};
  const auto header = ReadRequestHeader(reader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->client_id, "");
  EXPECT_EQ(reader.rest().size(), 4u);
}

TEST(Header, ReadsUnknownKeys) {
  const Buffer frame = FromHex("7fff 0001 00000005 0000");
  Reader reader{Bytes(frame)};
  const auto header = ReadRequestHeader(reader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(static_cast<int>(header->api_key), 0x7fff);
  EXPECT_EQ(Name(header->api_key), "unknown");
}

TEST(Header, SkipsUnknownTags) {
  const Buffer frame = FromHex("0003 0009 00000005 0001 63  02 00 01 aa 05 02 bbcc  01 00 00 00");
  Reader reader{Bytes(frame)};
  const auto header = ReadRequestHeader(reader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(reader.rest().size(), 4u);
}

TEST(Header, RefusesEveryShorterHeader) {
  const Buffer frame = FromHex("0003 0009 00000005 0001 63 01 00 01 aa");
  for (size_t size = 0; size < frame.size(); ++size) {
    Reader reader{Bytes(frame).first(size)};
    EXPECT_FALSE(ReadRequestHeader(reader).ok()) << size;
  }
}

TEST(Header, NamesKeysAndErrors) {
  EXPECT_EQ(Name(ApiKey::kProduce), "Produce");
  EXPECT_EQ(Name(ApiKey::kDeleteShareGroupOffsets), "DeleteShareGroupOffsets");
  EXPECT_EQ(Name(static_cast<ApiKey>(93)), "unknown");
  EXPECT_EQ(Name(ErrorCode::kUnknownTopicOrPartition), "UNKNOWN_TOPIC_OR_PARTITION");
  EXPECT_EQ(Name(ErrorCode::kNone), "NONE");
  EXPECT_EQ(Name(ErrorCode::kShareSessionLimitReached), "SHARE_SESSION_LIMIT_REACHED");
  EXPECT_EQ(Name(static_cast<ErrorCode>(134)), "UNKNOWN_SERVER_ERROR");
}

}  // namespace
}  // namespace varve::wire
