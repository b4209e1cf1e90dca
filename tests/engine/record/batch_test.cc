#include "engine/record/batch.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

using Kind = Peek::Kind;
constexpr size_t kLengthAt = offsetof(BatchHeader, length);
constexpr size_t kMagicAt = offsetof(BatchHeader, magic);
constexpr int32_t kInt32Max = std::numeric_limits<int32_t>::max();

TEST(BatchView, ReadsTheBatchOfAnotherClient) {
  const Buffer bytes = test::TwoRecords();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.base_offset(), 0);
  EXPECT_EQ(batch.last_offset(), 1);
  EXPECT_EQ(batch.next_offset(), 2);
  EXPECT_EQ(batch.size_bytes(), bytes.size());
  EXPECT_EQ(batch.leader_epoch(), 3);
  EXPECT_EQ(batch.magic(), 2);
  EXPECT_EQ(batch.crc(), 0x35b75e8cu);
  EXPECT_EQ(batch.ComputeCrc(), batch.crc());
  EXPECT_EQ(batch.codec(), Codec::kNone);
  EXPECT_EQ(batch.timestamp_type(), TimestampType::kCreateTime);
  EXPECT_FALSE(batch.is_transactional() || batch.is_control() || batch.has_delete_horizon());
  EXPECT_EQ(batch.base_timestamp(), 1700000000000);
  EXPECT_EQ(batch.max_timestamp(), 1700000000005);
  EXPECT_FALSE(batch.has_producer_id());
  EXPECT_EQ(batch.last_sequence(), kNoSequence);
  EXPECT_EQ(batch.record_count(), 2);
  EXPECT_EQ(batch.records().size(), bytes.size() - 61);
}

TEST(BatchView, ReadsTheMarkerOfAnotherClient) {
  const Buffer bytes = test::CommitMarker();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.base_offset(), 42);
  EXPECT_TRUE(batch.is_transactional());
  EXPECT_TRUE(batch.is_control());
  EXPECT_EQ(batch.producer_id(), 9000);
  EXPECT_EQ(batch.producer_epoch(), 2);
  EXPECT_EQ(batch.base_sequence(), kNoSequence);
  EXPECT_EQ(batch.ComputeCrc(), batch.crc());
}

TEST(BatchView, CountsSequencesAroundTheEnd) {
  EXPECT_EQ(AdvanceSequence(0, 0), 0);
  EXPECT_EQ(AdvanceSequence(kInt32Max - 1, 1), kInt32Max);
  EXPECT_EQ(AdvanceSequence(kInt32Max, 1), 0);
  EXPECT_EQ(AdvanceSequence(kInt32Max, kInt32Max), kInt32Max - 1);
  Buffer bytes = test::Produced(3);
  test::Poke(bytes, offsetof(BatchHeader, base_sequence), kInt32Max - 1);
  EXPECT_EQ(BatchView(bytes).last_sequence(), 0);
}

TEST(PeekBatch, TellsWholeBatchesFromOnesCutShort) {
  const Buffer bytes = test::TwoRecords();
  EXPECT_EQ(PeekBatch(bytes).kind, Kind::kBatch);
  EXPECT_EQ(PeekBatch(bytes).size_bytes, bytes.size());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Peek peek = PeekBatch(Bytes(bytes).first(size));
    EXPECT_EQ(peek.kind, Kind::kCutShort) << size;
    EXPECT_EQ(peek.size_bytes, size < kPeekBytes ? 0 : bytes.size()) << size;
  }
  Buffer stream = bytes;
  Append(stream, bytes);
  EXPECT_EQ(PeekBatch(stream).size_bytes, bytes.size());
}

TEST(PeekBatch, NeedsTheFirstBytesOnly) {
  const Buffer bytes = test::Produced(10, 1000);
  const Peek peek = PeekBatch(Bytes(bytes).first(kPeekBytes), bytes.size());
  EXPECT_EQ(peek.kind, Kind::kBatch);
  EXPECT_EQ(peek.size_bytes, bytes.size());
}

struct LengthCase {
  int8_t magic;
  int32_t length;
  Kind kind;
};

TEST(PeekBatch, JudgesEveryLength) {
  const LengthCase cases[] = {
      {2, std::numeric_limits<int32_t>::min(), Kind::kBroken},
      {2, -1, Kind::kBroken},
      {2, 0, Kind::kBroken},
      {2, 48, Kind::kBroken},
      {2, 49, Kind::kBatch},
      {2, 100 - 12, Kind::kBatch},
      {2, 101 - 12, Kind::kCutShort},
      {2, kInt32Max, Kind::kCutShort},
      {1, 13, Kind::kBroken},
      {1, 14, Kind::kOldMagic},
      {0, 14, Kind::kOldMagic},
      {0, 101 - 12, Kind::kCutShort},
      {0, 0, Kind::kBroken},  // a file's tail of zeros
      {3, 49, Kind::kBroken},
      {-1, 49, Kind::kBroken},
  };
  for (const LengthCase& c : cases) {
    Buffer bytes(100);
    test::Poke(bytes, kLengthAt, c.length);
    test::Poke(bytes, kMagicAt, c.magic);
    EXPECT_EQ(PeekBatch(bytes).kind, c.kind) << int{c.magic} << " " << c.length;
  }
}

}  // namespace
}  // namespace varve::record
