#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/byte_order.h"
#include "engine/record/batch.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using wire::ErrorCode;

class ProduceTest : public ::testing::Test {
 protected:
  Buffer Good() { return Batch({"a"}, machine.NowMs()); }
  ErrorCode ErrorOf(Buffer batch, int version = kProduceVersion) {
    return Produce(client, "t", 0, std::move(batch), version).error_code;
  }

  Machine machine;
  Client& client = machine.client();
};

// After every refusal the topic takes the next batch.
class Refused : public ProduceTest {
 protected:
  void SetUp() override { CreateTopic(client, "t", 2); }
  void TearDown() override {
    EXPECT_EQ(Put(machine, "t", {"fine"}), 0);
    EXPECT_THAT(Get(client, "t"), ElementsAre("fine"));
  }
};

TEST_F(Refused, UnknownTopicsAndPartitions) {
  EXPECT_EQ(Produce(client, "none", 0, Good()).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Produce(client, "t", 2, Good()).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Produce(client, "t", -1, Good()).error_code, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(Refused, ABadChecksum) {
  Buffer batch = Good();
  batch.back() ^= std::byte{1};
  EXPECT_EQ(ErrorOf(std::move(batch)), ErrorCode::kCorruptMessage);
}

TEST_F(Refused, TwoBatchesInOne) {
  Buffer two = Good();
  Append(two, Good());
  EXPECT_EQ(ErrorOf(std::move(two)), ErrorCode::kInvalidRecord);
}

TEST_F(Refused, OlderFormats) {
  Buffer batch = Good();
  batch[offsetof(record::BatchHeader, magic)] = std::byte{1};
  EXPECT_EQ(ErrorOf(std::move(batch)), ErrorCode::kInvalidRecord);
}

TEST_F(Refused, ControlBatches) {
  EXPECT_EQ(ErrorOf(Batch({"a"}, machine.NowMs(), {.control = true})), ErrorCode::kInvalidRecord);
}

TEST_F(Refused, NoBatch) {
  EXPECT_EQ(ErrorOf({}), ErrorCode::kInvalidRecord);
  wire::ProduceRequest request;
  request.acks = 1;
  request.topics.push_back({"t", {}, {{0, std::nullopt}}});
  EXPECT_EQ(client.Call(request, 12).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kInvalidRecord);
}

TEST_F(Refused, TooLarge) {
  EXPECT_EQ(ErrorOf(Batch({std::string(1'100'000, 'x')}, machine.NowMs())),
            ErrorCode::kMessageTooLarge);
}

TEST_F(Refused, WrongAcks) {
  EXPECT_EQ(Produce(client, "t", 0, Good(), 12, 2).error_code, ErrorCode::kInvalidRequiredAcks);
  EXPECT_EQ(Produce(client, "t", 0, Good(), 12, -2).error_code, ErrorCode::kInvalidRequiredAcks);
}

TEST_F(Refused, ZstdBeforeVersion7) {
  EXPECT_EQ(ErrorOf(Batch({"a"}, machine.NowMs(), {.codec = record::Codec::kZstd}), 6),
            ErrorCode::kUnsupportedCompressionType);
}

TEST_F(Refused, TimesFarAhead) {
  EXPECT_EQ(ErrorOf(Batch({"a"}, machine.NowMs() + 2 * 3'600'000)), ErrorCode::kInvalidTimestamp);
}

TEST_F(Refused, BatchesThatTheirProducerMayNotWrite) {
  const auto second = [&](Buffer batch) { return Produce(client, "t", 1, std::move(batch)); };
  const auto at = [&](int32_t sequence) {
    return Batch({"a"}, machine.NowMs(),
                 {.producer_id = 5, .producer_epoch = 3, .base_sequence = sequence});
  };
  EXPECT_EQ(second(at(0)).base_offset, 0);
  EXPECT_EQ(second(at(1)).base_offset, 1);
  EXPECT_EQ(second(at(0)).base_offset, 0);  // again
  EXPECT_EQ(second(at(3)).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(second(Batch({"a"}, machine.NowMs(),
                         {.producer_id = 5, .producer_epoch = 2, .base_sequence = 0}))
                .error_code,
            ErrorCode::kInvalidProducerEpoch);
}

TEST_F(Refused, OneEntryOfSeveral) {
  Buffer bad = Good();
  bad.back() ^= std::byte{1};
  std::vector<ToPartition> to{{1, Good()}, {0, std::move(bad)}};
  const auto answer = client.Call(ProduceOf("t", to), 12).topics.at(0);
  EXPECT_EQ(answer.partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.partitions.at(1).error_code, ErrorCode::kCorruptMessage);
}

TEST_F(ProduceTest, ACompactedTopicWantsKeys) {
  CreateTopic(client, "t", 1, {{"cleanup.policy", "compact"}});
  const auto refused = Produce(client, "t", 0, Good());
  EXPECT_EQ(refused.error_code, ErrorCode::kInvalidRecord);
  ASSERT_EQ(refused.record_errors.size(), 1u);
  record::BatchBuilder builder({.codec = record::Codec::kZstd});
  builder.Append({.timestamp = machine.NowMs(), .key = AsBytes("k"), .value = AsBytes("v")});
  EXPECT_EQ(ErrorOf(builder.Build()), ErrorCode::kNone);
}

// A few KiB that would become 64 MiB.
TEST_F(ProduceTest, ADecompressionBombIsRefused) {
  CreateTopic(client, "t", 1, {{"cleanup.policy", "compact"}});
  const std::string zeros(size_t{64} << 20, '\0');
  Buffer bomb = Batch({zeros}, machine.NowMs(), {.codec = record::Codec::kZstd});
  ASSERT_LT(bomb.size(), 64u << 10);
  EXPECT_EQ(ErrorOf(std::move(bomb)), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, ABombInAnotherCodecIsRefused) {
  CreateTopic(client, "t", 1, {{"compression.type", "uncompressed"}});
  const std::string zeros(size_t{8} << 20, '\0');
  EXPECT_EQ(ErrorOf(Batch({zeros}, machine.NowMs(), {.codec = record::Codec::kGzip})),
            ErrorCode::kMessageTooLarge);
}

TEST_F(ProduceTest, ATopicsCodecIsUsed) {
  const std::pair<const char*, record::Codec> codecs[] = {{"uncompressed", record::Codec::kNone},
                                                          {"gzip", record::Codec::kGzip},
                                                          {"snappy", record::Codec::kSnappy},
                                                          {"lz4", record::Codec::kLz4},
                                                          {"zstd", record::Codec::kZstd}};
  for (const auto& [name, codec] : codecs) {
    SCOPED_TRACE(name);
    CreateTopic(client, name, 1, {{"compression.type", name}});
    for (const auto& [other, sent] : codecs) {
      EXPECT_EQ(
          Produce(client, name, 0, Batch({other}, machine.NowMs(), {.codec = sent})).error_code,
          ErrorCode::kNone);
    }
    const auto response = client.Call(FetchOf(name, {{0}}), kFetchVersion);
    const Bytes stored = Only(response).records.bytes;
    EXPECT_EQ(record::BatchView(stored).codec(), codec);
    EXPECT_THAT(Values(stored), ElementsAre("uncompressed", "gzip", "snappy", "lz4", "zstd"));
  }
}

TEST_F(ProduceTest, TheBrokersTimeIsToldAndStored) {
  CreateTopic(client, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const int64_t before = machine.NowMs();
  const auto answer = Produce(client, "t", 0, Batch({"a"}, 5));
  EXPECT_GE(answer.log_append_time_ms, before);
  EXPECT_LE(answer.log_append_time_ms, machine.NowMs());
  EXPECT_EQ(ListOffset(client, "t", wire::kMaxTimestamp).timestamp, answer.log_append_time_ms);
}

TEST_F(ProduceTest, OneRequestForAllShards) {
  CreateTopic(client, "t", 4);
  for (int64_t round = 0; round < 3; ++round) {
    std::vector<ToPartition> to;
    for (int32_t p = 0; p < 4; ++p) to.push_back({p, Good()});
    const auto answer = client.Call(ProduceOf("t", to), 12).topics.at(0);
    for (size_t p = 0; p < 4; ++p) {
      EXPECT_EQ(answer.partitions.at(p).error_code, ErrorCode::kNone);
      EXPECT_EQ(answer.partitions.at(p).base_offset, round);
    }
  }
}

TEST_F(ProduceTest, ById) {
  CreateTopic(client, "t");
  std::vector<ToPartition> to{{0, Good()}};
  wire::ProduceRequest request = ProduceOf("t", to);
  request.topics[0].topic_id = TopicId(client, "t");
  EXPECT_EQ(client.Call(request, 13).topics.at(0).partitions.at(0).base_offset, 0);
  to[0].batch = Good();
  request = ProduceOf("t", to);
  request.topics[0].topic_id = Uuid{1, 2};
  EXPECT_EQ(client.Call(request, 13).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kUnknownTopicId);
}

TEST_F(ProduceTest, WithoutAnswer) {
  CreateTopic(client, "t");
  std::vector<ToPartition> to{{0, Good()}};
  client.Send(ProduceOf("t", to, 0), 12);
  client.ExpectNoAnswer();
  EXPECT_THAT(Get(client, "t"), ElementsAre("a"));
}

TEST_F(ProduceTest, WithoutAnswerAFailureCloses) {
  CreateTopic(client, "t");
  Client& bad = machine.Connect();
  std::vector<ToPartition> to{{7, Good()}};
  bad.Send(ProduceOf("t", to, 0), 12);
  EXPECT_TRUE(bad.Closed());
}

// In order of arrival, whichever shard they are for, and without waiting for each other's sync.
TEST_F(ProduceTest, PipelinedRequestsKeepTheirOrderAndOverlap) {
  CreateTopic(client, "t", 2, {{"flush.messages", "1"}});
  constexpr int kRequests = 40;
  const auto start = machine.world.clock().Now();
  for (int i = 0; i < kRequests; ++i) Put(machine, "t", {"one at a time"}, i % 2);
  const auto apart = machine.world.clock().Now() - start;
  for (int i = 0; i < kRequests; ++i) {
    std::vector<ToPartition> to{{i % 2, Batch({std::to_string(i)}, machine.NowMs())}};
    client.Send(ProduceOf("t", to), 12);
  }
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = client.Receive<wire::ProduceResponse>(12).topics.at(0).partitions.at(0);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    EXPECT_EQ(answer.base_offset, kRequests / 2 + i / 2);
  }
  const auto together = machine.world.clock().Now() - start - apart;
  EXPECT_LT(together * 2, apart);
}

}  // namespace
}  // namespace varve::broker::test
