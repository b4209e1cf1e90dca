#include "benchmarks/broker/frames/produce_frames.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/record/record.h"
#include "engine/record/validate.h"
#include "server/wire/message.h"
#include "server/wire/produce.h"

namespace varve::bench {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

ProduceTarget Target(int version) {
  return {.topic = "orders", .topic_id = {1, 2}, .version = version, .acks = -1, .timeout_ms = 77};
}

// What goes over the wire, without the size in front, which is checked.
Buffer Sent(const Frame& frame) {
  Buffer sent(frame.head.begin(), frame.head.end());
  for (const Bytes piece : frame.rest) Append(sent, piece);
  EXPECT_EQ(sent.size(), frame.size_bytes());
  EXPECT_EQ(LoadBigEndian<uint32_t>(sent.data()), sent.size() - wire::kFrameSizeBytes);
  sent.erase(sent.begin(), sent.begin() + wire::kFrameSizeBytes);
  return sent;
}

wire::ProduceRequest Decode(Buffer& sent, int version) {
  auto reader = wire::Reader::OverMutable(sent);
  const auto header = wire::ReadRequestHeader(reader);
  EXPECT_TRUE(header.ok());
  EXPECT_EQ(header->api_key, wire::ApiKey::kProduce);
  EXPECT_EQ(header->api_version, version);
  auto request = wire::DecodeBody<wire::ProduceRequest>(reader, version);
  EXPECT_TRUE(request.ok()) << request.status();
  EXPECT_TRUE(reader.rest().empty());
  return *request;
}

void ExpectTarget(const wire::ProduceRequest& request, int version) {
  EXPECT_EQ(request.acks, -1);
  EXPECT_EQ(request.timeout_ms, 77);
  ASSERT_EQ(request.topics.size(), 1);
  if (version <= 12) {
    EXPECT_EQ(request.topics[0].name, "orders");
  } else {
    EXPECT_EQ(request.topics[0].topic_id, (Uuid{1, 2}));
  }
}

record::BatchView ExpectGoodBatch(const wire::ProduceRequest::Partition& partition) {
  const Bytes bytes = partition.records->bytes;
  const record::BatchCheck check = record::CheckProducedBatch(bytes);
  EXPECT_TRUE(check.ok()) << check.message;
  return record::BatchView(bytes);
}

class ProduceFramesOf : public testing::TestWithParam<int> {};

TEST_P(ProduceFramesOf, SendTheSameBatchToEachPartition) {
  const int version = GetParam();
  io::Random random(1);
  const BatchShape shape{.records = 7, .record_bytes = 100};
  const Buffer batch = MakeBatch(shape, kNow, random);
  const auto made = ProduceFrames::SameBatch(Target(version), {0, 5, 70'000}, batch);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->frames().size(), 3);
  std::vector<int32_t> partitions;
  for (const Frame& frame : made->frames()) {
    Buffer sent = Sent(frame);
    const wire::ProduceRequest request = Decode(sent, version);
    ExpectTarget(request, version);
    ASSERT_EQ(request.topics[0].partitions.size(), 1);
    partitions.push_back(request.topics[0].partitions[0].index);
    EXPECT_EQ(ExpectGoodBatch(request.topics[0].partitions[0]).record_count(), 7);
    EXPECT_EQ(frame.records, 7);
    EXPECT_EQ(frame.batch_bytes, batch.size());
  }
  EXPECT_EQ(partitions, (std::vector<int32_t>{0, 5, 70'000}));
}

TEST_P(ProduceFramesOf, SpreadKeysOverThePartitionsOfABroker) {
  const int version = GetParam();
  io::Random random(1);
  const BatchShape shape{.records = 100, .record_bytes = 20, .keys = 1000};
  const std::vector<int32_t> led = {0, 2};
  const auto made = ProduceFrames::Keyed(Target(version), led, 4, shape, kNow, random);
  ASSERT_TRUE(made.ok()) << made.status();
  std::set<int32_t> seen;
  for (const Frame& frame : made->frames()) {
    Buffer sent = Sent(frame);
    const wire::ProduceRequest request = Decode(sent, version);
    ExpectTarget(request, version);
    uint32_t records = 0;
    for (const auto& partition : request.topics[0].partitions) {
      seen.insert(partition.index);
      records += static_cast<uint32_t>(ExpectGoodBatch(partition).record_count());
    }
    EXPECT_EQ(frame.records, records);
  }
  EXPECT_EQ(seen, std::set<int32_t>(led.begin(), led.end()));
}

INSTANTIATE_TEST_SUITE_P(Versions, ProduceFramesOf,
                         testing::Range(int{wire::ProduceApi::kMin}, wire::ProduceApi::kMax + 1));

TEST(MakeBatch, CompressesTheRecordsThatAreAskedFor) {
  for (int codec = 0; codec < record::kCodecCount; ++codec) {
    io::Random random(1);
    const BatchShape shape{
        .records = 50, .record_bytes = 200, .codec = static_cast<record::Codec>(codec)};
    const Buffer batch = MakeBatch(shape, kNow, random);
    ASSERT_TRUE(record::CheckProducedBatch(batch).ok());
    const record::BatchView view(batch);
    EXPECT_EQ(view.codec(), shape.codec);
    const record::RecordsCheck check =
        record::CheckRecords(view, {.decompressed_bytes_max = size_t{1} << 20});
    EXPECT_TRUE(check.ok()) << check.message;
    EXPECT_EQ(check.max_timestamp, kNow);
    const auto plain = record::PlainRecords::Open(view, size_t{1} << 20);
    ASSERT_TRUE(plain.ok());
    record::RecordIterator records(view, plain->bytes());
    for (record::RecordView record; records.Next(record);) EXPECT_EQ(record.value->size(), 200);
    EXPECT_EQ(records.index(), 50);
  }
}

}  // namespace
}  // namespace varve::bench
