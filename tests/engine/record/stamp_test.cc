#include "engine/record/stamp.h"

#include <gtest/gtest.h>

#include "engine/record/record.h"
#include "engine/record/validate.h"
#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

// Positions at which the two differ.
std::vector<size_t> Differences(const Buffer& a, const Buffer& b) {
  std::vector<size_t> positions;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) positions.push_back(i);
  }
  return positions;
}

TEST(Stamp, OffsetAndEpochLeaveTheChecksumAlone) {
  const Buffer before = test::Produced(3);
  Buffer batch = before;
  StampBaseOffset(batch, 0x0102030405060708);
  StampLeaderEpoch(batch, 0x01020304);
  EXPECT_TRUE(CheckStoredBatch(batch).ok());
  EXPECT_EQ(BatchView(batch).base_offset(), 0x0102030405060708);
  EXPECT_EQ(BatchView(batch).last_offset(), 0x010203040506070a);
  EXPECT_EQ(BatchView(batch).leader_epoch(), 0x01020304);
  for (const size_t position : Differences(before, batch)) {
    EXPECT_TRUE(position < 8 || (position >= 12 && position < 16)) << position;
  }
}

TEST(Stamp, LogAppendTimeStandsForEveryRecord) {
  Buffer bytes = test::Produced(3);
  const int64_t base_timestamp = BatchView(bytes).base_timestamp();
  StampLogAppendTime(bytes, 1234567);
  EXPECT_TRUE(CheckStoredBatch(bytes).ok());
  const BatchView batch(bytes);
  EXPECT_EQ(batch.timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(batch.max_timestamp(), 1234567);
  EXPECT_EQ(batch.base_timestamp(), base_timestamp);
  RecordIterator records(batch, batch.records());
  for (RecordView record; records.Next(record);) EXPECT_EQ(record.timestamp, 1234567);
  EXPECT_EQ(records.index(), 3);
}

TEST(Stamp, MaxTimestampTakesLogAppendTimeBack) {
  const Buffer before = test::Produced(3, 10, Codec::kZstd);
  Buffer batch = before;
  StampLogAppendTime(batch, 1);
  EXPECT_FALSE(Differences(before, batch).empty());
  StampMaxTimestamp(batch, BatchView(before).max_timestamp());
  EXPECT_EQ(batch, before);
}

}  // namespace
}  // namespace varve::record
