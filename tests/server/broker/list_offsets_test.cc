#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using wire::ErrorCode;

class ListOffsetsTest : public ::testing::Test {
 protected:
  void Append(int32_t partition, int64_t timestamp) {
    EXPECT_EQ(Produce(client, "t", partition, Batch({"a"}, timestamp)).error_code,
              ErrorCode::kNone);
  }

  Machine machine;
  Client& client = machine.client();
};

TEST_F(ListOffsetsTest, EndsAndTimes) {
  CreateTopic(client, "t", 4);
  for (int32_t p = 0; p < 4; ++p) {
    for (const int64_t time : {1000, 3000, 2000}) Append(p, time + p);
  }
  for (int32_t p = 0; p < 4; ++p) {
    SCOPED_TRACE(p);
    EXPECT_EQ(ListOffset(client, "t", wire::kEarliestTimestamp, p).offset, 0);
    EXPECT_EQ(ListOffset(client, "t", wire::kLatestTimestamp, p).offset, 3);
    EXPECT_EQ(ListOffset(client, "t", wire::kLatestTimestamp, p).timestamp, -1);
    const auto max = ListOffset(client, "t", wire::kMaxTimestamp, p);
    EXPECT_EQ(max.offset, 1);
    EXPECT_EQ(max.timestamp, 3000 + p);
    EXPECT_EQ(ListOffset(client, "t", 0, p).offset, 0);
    const auto found = ListOffset(client, "t", 1500, p);
    EXPECT_EQ(found.offset, 1);
    EXPECT_EQ(found.timestamp, 3000 + p);
    EXPECT_EQ(ListOffset(client, "t", 9999, p).offset, -1);
    EXPECT_EQ(ListOffset(client, "t", 9999, p).error_code, ErrorCode::kNone);
  }
}

TEST_F(ListOffsetsTest, SpecialTimesOfEveryVersion) {
  CreateTopic(client, "t");
  Append(0, 1000);
  struct Special {
    int64_t timestamp;
    int first_version;
    int64_t offset;
  };
  const Special all[] = {
      {wire::kLatestTimestamp, 1, 1},        {wire::kEarliestTimestamp, 1, 0},
      {wire::kMaxTimestamp, 7, 0},           {wire::kEarliestLocalTimestamp, 8, 0},
      {wire::kLatestTieredTimestamp, 9, -1}, {wire::kEarliestPendingUploadTimestamp, 11, -1}};
  for (const Special& special : all) {
    for (int version = 1; version <= 11; ++version) {
      SCOPED_TRACE(testing::Message() << special.timestamp << " in version " << version);
      const auto answer = ListOffset(client, "t", special.timestamp, 0, version);
      const bool known = version >= special.first_version;
      EXPECT_EQ(answer.error_code, known ? ErrorCode::kNone : ErrorCode::kUnsupportedVersion);
      EXPECT_EQ(answer.offset, known ? special.offset : -1);
    }
  }
  EXPECT_EQ(ListOffset(client, "t", -7, 0, 11).error_code, ErrorCode::kUnsupportedVersion);
}

TEST_F(ListOffsetsTest, UnknownOnesAndTwiceTheSame) {
  CreateTopic(client, "t");
  EXPECT_EQ(ListOffset(client, "none", -1).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ListOffset(client, "t", -1, 1).error_code, ErrorCode::kUnknownTopicOrPartition);
  wire::ListOffsetsRequest request;
  request.topics.push_back({"t", {{0, -1, -1}, {0, -1, -2}}});
  const auto answer = client.Call(request, 7).topics.at(0);
  EXPECT_EQ(answer.partitions.at(1).error_code, ErrorCode::kInvalidRequest);
}

TEST_F(ListOffsetsTest, LeaderEpochsAreCompared) {
  CreateTopic(client, "t");
  wire::ListOffsetsRequest request;
  request.topics.push_back({"t", {{0, 1000, -1}}});
  EXPECT_EQ(client.Call(request, 7).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kUnknownLeaderEpoch);
}

// Stored unseen, since nothing but its header was looked at; opened only as far as it may go.
TEST_F(ListOffsetsTest, ABombAnswersWithAnError) {
  CreateTopic(client, "t", 2);
  const std::string zeros(size_t{64} << 20, '\0');
  record::BatchBuilder builder({.codec = record::Codec::kZstd});
  builder.Append({.timestamp = 1000, .value = AsBytes(zeros)});
  builder.Append({.timestamp = 2000, .value = AsBytes(zeros)});
  EXPECT_EQ(Produce(client, "t", 0, builder.Build()).error_code, ErrorCode::kNone);
  Append(1, 1000);
  EXPECT_NE(ListOffset(client, "t", 1500).error_code, ErrorCode::kNone);
  EXPECT_EQ(ListOffset(client, "t", 500, 1).offset, 0);
}

TEST_F(ListOffsetsTest, WhereAnEpochEnded) {
  CreateTopic(client, "t");
  Append(0, 1000);
  wire::OffsetForLeaderEpochRequest request;
  request.topics.push_back({"t", {{0, -1, 0}}});
  const auto answer = client.Call(request, 4).topics.at(0).partitions.at(0);
  EXPECT_EQ(answer.leader_epoch, 0);
  EXPECT_EQ(answer.end_offset, 1);
}

}  // namespace
}  // namespace varve::broker::test
