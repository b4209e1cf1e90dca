#include <gtest/gtest.h>

#include "server/wire/fetch.h"
#include "server/wire/message.h"
#include "server/wire/produce.h"
#include "tests/server/wire/hex.h"

namespace varve::wire {
namespace {

FetchResponse TwoPartitions(ResponseRecords first, ResponseRecords second) {
  FetchResponse response;
  response.topics.push_back({.name = "t"});
  response.topics[0].partitions.push_back({.index = 0, .records = first});
  response.topics[0].partitions.push_back({.index = 1, .records = second});
  return response;
}

// What goes out: the buffer with `id` repeated for every byte that is spliced in.
Buffer Send(const Buffer& buffer, const std::vector<Splice>& splices) {
  Buffer sent;
  size_t position = 0;
  for (const Splice& splice : splices) {
    Append(sent, Bytes(buffer).subspan(position, splice.position - position));
    sent.resize(sent.size() + splice.bytes, static_cast<std::byte>(splice.id));
    position = splice.position;
  }
  Append(sent, Bytes(buffer).subspan(position));
  return sent;
}

class SpliceTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, SpliceTest, ::testing::Range(4, 13));

TEST_P(SpliceTest, LeavesGapsThatTheLengthsCount) {
  const Buffer head = FromHex("0a0b");
  Buffer out;
  std::vector<Splice> splices;
  const auto response = TwoPartitions({.splice_bytes = 300, .splice_id = 1},
                                      {.bytes = head, .splice_bytes = 5, .splice_id = 2});
  ASSERT_TRUE(EncodeResponse(77, GetParam(), response, out, splices).ok());
  ASSERT_EQ(splices.size(), 2u);
  EXPECT_LT(splices[0].position, splices[1].position);

  const Buffer sent = Send(out, splices);
  EXPECT_EQ(LoadBigEndian<uint32_t>(sent.data()), sent.size() - kFrameSizeBytes);
  const auto answer =
      DecodeResponse<FetchResponse>(Bytes(sent).subspan(kFrameSizeBytes), GetParam());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->correlation_id, 77);
  const auto& partitions = answer->body.topics.at(0).partitions;
  EXPECT_EQ(ToHex(partitions.at(0).records.bytes), ToHex(Buffer(300, std::byte{1})));
  EXPECT_EQ(ToHex(partitions.at(1).records.bytes), "0a0b0202020202");
}

// A connection gathers several responses in one buffer and sends them at once.
TEST(Splice, CountsFromTheStartOfTheBuffer) {
  Buffer out;
  std::vector<Splice> splices;
  const auto response = TwoPartitions({.splice_bytes = 3, .splice_id = 1}, {});
  ASSERT_TRUE(EncodeResponse(1, 4, response, out, splices).ok());
  const size_t first_frame = out.size();
  ASSERT_TRUE(EncodeResponse(2, 4, response, out, splices).ok());
  ASSERT_EQ(splices.size(), 2u);
  EXPECT_EQ(splices[1].position, splices[0].position + first_frame);
}

TEST(Splice, RefusesAFrameOfMoreThanTwoGiB) {
  Buffer out;
  std::vector<Splice> splices;
  const auto response = TwoPartitions({.splice_bytes = 1u << 30}, {.splice_bytes = 1u << 30});
  EXPECT_FALSE(EncodeResponse(1, 4, response, out, splices).ok());
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(splices.empty());
}

// An empty partition: librdkafka takes null for a failure.
TEST(Splice, WritesNoRecordsAsEmptyAndReadsNullAsEmpty) {
  Buffer out;
  std::vector<Splice> splices;
  ASSERT_TRUE(EncodeResponse(1, 4, TwoPartitions({}, {}), out, splices).ok());
  EXPECT_EQ(ToHex(Bytes(out).last(4)), "00000000");
  for (std::byte& b : MutableBytes(out).last(4)) b = std::byte{0xff};
  const auto answer = DecodeResponse<FetchResponse>(Bytes(out).subspan(kFrameSizeBytes), 4);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->body.topics[0].partitions[1].records.bytes.empty());
}

// A broker stamps offsets where the batch was received.
TEST(Splice, RecordsOfARequestAreTheFramesOwnBytes) {
  Buffer frame = FromHex("ffff 0001 00000064 00000001 0001 74 00000001 00000000 00000003 aabbcc");
  Reader reader = Reader::OverMutable(frame);
  const auto request = DecodeBody<ProduceRequest>(reader, 3);
  ASSERT_TRUE(request.ok()) << request.status();
  const auto& records = request->topics.at(0).partitions.at(0).records;
  ASSERT_TRUE(records.has_value());
  EXPECT_EQ(records->bytes.data(), frame.data() + frame.size() - 3);
  records->bytes[0] = std::byte{0x11};
  EXPECT_EQ(ToHex(Bytes(frame).last(3)), "11bbcc");
}

}  // namespace
}  // namespace varve::wire
