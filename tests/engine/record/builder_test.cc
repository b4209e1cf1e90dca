#include "engine/record/builder.h"

#include <gtest/gtest.h>

#include "engine/record/validate.h"
#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

using test::ToHex;

TEST(BatchBuilder, WritesTheBatchOfAnotherClientByteForByte) {
  BatchBuilder builder({.leader_epoch = 3});
  const HeaderView headers[] = {{AsBytes("h"), AsBytes("x")}};
  builder.Append({1700000000000, AsBytes("k"), AsBytes("v"), headers});
  builder.Append({1700000000005, {}, AsBytes("hello"), {}});
  EXPECT_EQ(builder.record_count(), 2);
  const size_t size_bytes = builder.size_bytes();
  const Buffer batch = builder.Build();
  EXPECT_EQ(ToHex(batch), ToHex(test::TwoRecords()));
  EXPECT_EQ(batch.size(), size_bytes);
}

TEST(BatchBuilder, WritesTheMarkerOfAnotherClientByteForByte) {
  BatchBuilder builder({.base_offset = 42,
                        .leader_epoch = 3,
                        .transactional = true,
                        .control = true,
                        .producer_id = 9000,
                        .producer_epoch = 2});
  const Buffer key = test::FromHex("00000001");
  const Buffer value = test::FromHex("000000000007");
  builder.Append({.timestamp = 1700000000000, .key = Bytes(key), .value = Bytes(value)});
  EXPECT_EQ(ToHex(builder.Build()), ToHex(test::CommitMarker()));
}

TEST(BatchBuilder, StartsAfreshAfterEachBatch) {
  BatchBuilder builder({.base_sequence = 7});
  builder.Append({.timestamp = 5, .value = AsBytes("v")});
  const Buffer first = builder.Build();
  EXPECT_EQ(builder.record_count(), 0);
  builder.Append({.timestamp = 5, .value = AsBytes("v")});
  EXPECT_EQ(ToHex(builder.Build()), ToHex(first));
}

TEST(BatchBuilder, KeepsGapsAndTheLastOffset) {
  BatchBuilder builder({.base_offset = 100, .last_offset_delta = 9});
  builder.AppendAt(2, {.timestamp = 1});
  builder.AppendAt(5, {.timestamp = 2});
  const Buffer bytes = builder.Build();
  const BatchView batch(bytes);
  EXPECT_TRUE(CheckStoredBatch(bytes).ok());
  EXPECT_EQ(batch.last_offset(), 109);
  RecordIterator records(batch, batch.records());
  RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.offset, 102);
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.offset, 105);
  EXPECT_FALSE(records.Next(record));
  EXPECT_TRUE(records.status().ok());
}

TEST(BatchBuilder, MarksLogAppendTime) {
  BatchBuilder builder({.log_append_time = 1234});
  builder.Append({.timestamp = 99999});
  const Buffer bytes = builder.Build();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(batch.max_timestamp(), 1234);
  EXPECT_EQ(batch.base_timestamp(), 99999);
}

TEST(BatchBuilder, CountsTimesFromADeleteHorizon) {
  BatchBuilder builder({.delete_horizon = 5000});
  builder.Append({.timestamp = 100});
  const Buffer bytes = builder.Build();
  const BatchView batch(bytes);
  EXPECT_TRUE(batch.has_delete_horizon());
  EXPECT_EQ(batch.base_timestamp(), 5000);
  EXPECT_EQ(batch.max_timestamp(), 100);
  RecordIterator records(batch, batch.records());
  RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.timestamp, 100);
}

TEST(BatchBuilder, CopiesEncodedRecords) {
  BatchBuilder first({.base_offset = 7});
  for (int64_t i = 0; i < 4; ++i) {
    first.Append({.timestamp = 1000 + 10 * i, .value = AsBytes(std::string_view("value"))});
  }
  const Buffer source = first.Build();
  const BatchView batch(source);
  BatchBuilder builder({.base_offset = 7, .base_timestamp = batch.base_timestamp()});
  RecordIterator records(batch, batch.records());
  for (RecordView record; records.Next(record);) {
    if (record.offset_delta == 0 || record.offset_delta == 2) continue;
    builder.AppendEncoded({record.raw, 1, record.offset_delta, record.timestamp});
  }
  const Buffer copy = builder.Build();
  const BatchView copied(copy);
  EXPECT_EQ(copied.record_count(), 2);
  EXPECT_EQ(copied.last_offset(), 10);
  EXPECT_EQ(copied.base_timestamp(), 1000);
  EXPECT_EQ(copied.max_timestamp(), 1030);
  EXPECT_EQ(copied.ComputeCrc(), copied.crc());
  RecordIterator kept(copied, copied.records());
  RecordView record;
  ASSERT_TRUE(kept.Next(record));
  EXPECT_EQ(record.offset, 8);
  EXPECT_EQ(record.timestamp, 1010);
  ASSERT_TRUE(kept.Next(record));
  EXPECT_EQ(record.offset, 10);
  EXPECT_EQ(record.timestamp, 1030);
  EXPECT_FALSE(kept.Next(record));
  EXPECT_TRUE(kept.status().ok());
}

TEST(BatchBuilder, LeavesABareHeaderWithoutRecords) {
  const Buffer bytes = BatchBuilder({.codec = Codec::kZstd, .last_offset_delta = 0}).Build();
  EXPECT_EQ(bytes.size(), kHeaderBytes);
  EXPECT_FALSE(BatchView(bytes).is_compressed());
  EXPECT_TRUE(CheckStoredBatch(bytes).ok());
}

TEST(BuildEmptyCopy, KeepsWhatSpeaksOfTheProducer) {
  BatchBuilder builder({.base_offset = 70,
                        .codec = Codec::kLz4,
                        .transactional = true,
                        .producer_id = 8,
                        .producer_epoch = 1,
                        .base_sequence = 11,
                        .delete_horizon = 9000});
  for (int i = 0; i < 3; ++i) builder.Append({.timestamp = 400 + i, .value = AsBytes("v")});
  const Buffer full = builder.Build();
  const Buffer bytes = BuildEmptyCopy(BatchView(full));
  ASSERT_TRUE(CheckStoredBatch(bytes).ok());
  const BatchView batch(bytes);
  EXPECT_EQ(batch.size_bytes(), kHeaderBytes);
  EXPECT_EQ(batch.record_count(), 0);
  EXPECT_EQ(batch.last_offset(), 72);
  EXPECT_EQ(batch.last_sequence(), 13);
  EXPECT_EQ(batch.max_timestamp(), 402);
  EXPECT_EQ(batch.base_timestamp(), kNoTimestamp);
  EXPECT_EQ(batch.attributes(), kTransactionalBit);
}

}  // namespace
}  // namespace varve::record
