#include <gtest/gtest.h>

#include <limits>

#include "engine/base/varint.h"
#include "engine/record/builder.h"
#include "engine/record/compression.h"
#include "engine/record/validate.h"
#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

constexpr size_t kPlenty = size_t{1} << 20;

RecordsCheck Check(const Buffer& batch, const RecordLimits& limits = {kPlenty}) {
  return CheckRecords(BatchView(batch), limits);
}

Buffer Batch(std::initializer_list<RecordFields> records, const BatchOptions& options = {}) {
  BatchBuilder builder(options);
  for (const RecordFields& record : records) builder.Append(record);
  return builder.Build();
}

// One record whose bytes, after its length, are those given.
Buffer BatchOfBody(std::string_view body) {
  Buffer batch = Batch({{.timestamp = 0}});
  batch.resize(kHeaderBytes);
  AppendVarint(batch, ZigZag(static_cast<int64_t>(body.size())));
  Append(batch, AsBytes(body));
  test::Poke(batch, offsetof(BatchHeader, length),
             static_cast<int32_t>(batch.size() - kBatchOverhead));
  test::FixCrc(batch);
  return batch;
}

TEST(CheckRecords, FindsTimesAndTheFirstRecordWithTheLatest) {
  for (const Codec codec : test::kAllCodecs) {
    const RecordsCheck check =
        Check(Batch({{.timestamp = 50}, {.timestamp = 90}, {.timestamp = 20}, {.timestamp = 90}},
                    {.codec = codec}));
    ASSERT_TRUE(check.ok()) << CodecName(codec) << check.message;
    EXPECT_EQ(check.min_timestamp, 20);
    EXPECT_EQ(check.max_timestamp, 90);
    EXPECT_EQ(check.max_timestamp_delta, 1);
  }
}

TEST(CheckRecords, DoesNotBelieveTheHeadersTime) {
  Buffer batch = Batch({{.timestamp = 50}, {.timestamp = 60}});
  test::Poke(batch, offsetof(BatchHeader, max_timestamp), int64_t{99});
  EXPECT_EQ(Check(batch).max_timestamp, 60);
}

TEST(CheckRecords, TakesTheAppendTimeForEachRecord) {
  const RecordsCheck check =
      Check(Batch({{.timestamp = 50}, {.timestamp = 60}}, {.log_append_time = 1000}));
  EXPECT_EQ(check.min_timestamp, 1000);
  EXPECT_EQ(check.max_timestamp, 1000);
  EXPECT_EQ(check.max_timestamp_delta, 0);
}

TEST(CheckRecords, SurvivesTimesThatOverflow) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const RecordsCheck check = Check(Batch({{.timestamp = kMax}, {.timestamp = -kMax}}));
  ASSERT_TRUE(check.ok());
  EXPECT_EQ(check.min_timestamp, -kMax);
  EXPECT_EQ(check.max_timestamp, kMax);
}

TEST(CheckRecords, WantsOffsetsWithoutGaps) {
  BatchBuilder builder;
  builder.AppendAt(0, {});
  builder.AppendAt(2, {});
  builder.AppendAt(3, {});
  const RecordsCheck check = Check(builder.Build());
  EXPECT_EQ(check.fault, RecordFault::kBadDelta);
  ASSERT_EQ(check.bad_records.size(), 1u);
  EXPECT_EQ(check.bad_records[0].index, 1);
}

TEST(CheckRecords, ListsEveryRecordWithoutAKeyUpToTheBound) {
  const Buffer batch = Batch({{.timestamp = 1},
                              {.timestamp = 1, .key = AsBytes("k")},
                              {.timestamp = 1, .key = AsBytes("")},
                              {.timestamp = 1}});
  EXPECT_TRUE(Check(batch).ok());
  RecordLimits limits{.decompressed_bytes_max = kPlenty, .key_required = true};
  const RecordsCheck check = Check(batch, limits);
  EXPECT_EQ(check.fault, RecordFault::kMissingKey);
  ASSERT_EQ(check.bad_records.size(), 2u);
  EXPECT_EQ(check.bad_records[0].index, 0);
  EXPECT_EQ(check.bad_records[1].index, 3);
  limits.bad_records_max = 1;
  EXPECT_EQ(Check(batch, limits).bad_records.size(), 1u);
}

TEST(CheckRecords, WantsAsManyRecordsAsAnnounced) {
  for (const int32_t announced : {1, 3, std::numeric_limits<int32_t>::max()}) {
    Buffer batch = test::Produced(2);
    test::Poke(batch, offsetof(BatchHeader, record_count), announced);
    const RecordsCheck check = Check(batch);
    EXPECT_EQ(check.fault, RecordFault::kMalformed);
    ASSERT_EQ(check.bad_records.size(), 1u);
    EXPECT_EQ(check.bad_records[0].index, std::min(announced, 2));
  }
}

// Attributes, timestamp delta, offset delta, key, value, header count, headers: zigzag, so that
// \x01 is -1 and \x02 is 1.
TEST(CheckRecords, RefusesEachLieOfARecord) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(Check(BatchOfBody("\x00\x00\x00\x01\x01\x00"sv)).ok());
  EXPECT_TRUE(Check(BatchOfBody("\x7f\x00\x00\x01\x01\x00"sv)).ok()) << "attributes are ignored";
  EXPECT_TRUE(Check(BatchOfBody("\x00\x00\x00\x02k\x02v\x04\x02h\x01\x02i\x00"sv)).ok());
  const std::string_view lies[] = {
      ""sv,                                          // nothing at all
      "\x00"sv,                                      // no timestamp
      "\x00\x80"sv,                                  // its varint has no end
      "\x00\x00"sv,                                  // no offset
      "\x00\x00\x00"sv,                              // no key
      "\x00\x00\x00\x03\x01\x00"sv,                  // key of -2 bytes
      "\x00\x00\x00\x0a\x01\x00"sv,                  // key of 5
      "\x00\x00\x00\xfe\xff\xff\xff\x0f\x01\x00"sv,  // key of 2147483647
      "\x00\x00\x00\x01"sv,                          // no value
      "\x00\x00\x00\x01\x03\x00"sv,                  // value of -2
      "\x00\x00\x00\x01\x04v\x00"sv,  // value runs into the next field and past the end
      "\x00\x00\x00\x01\x01"sv,       // no header count
      "\x00\x00\x00\x01\x01\x01"sv,   // -1 headers
      "\x00\x00\x00\x01\x01\x02"sv,   // a header that is not there
      "\x00\x00\x00\x01\x01\xfe\xff\xff\xff\x0f"sv,  // 2147483647 of them
      "\x00\x00\x00\x01\x01\x02\x01\x01"sv,          // header without key
      "\x00\x00\x00\x01\x01\x02\x02h"sv,             // header without value length
      "\x00\x00\x00\x01\x01\x02\x02h\x04v"sv,        // header value of 2
      "\x00\x00\x00\x01\x01\x00\x00"sv,              // a byte too many
  };
  for (const std::string_view lie : lies) {
    EXPECT_EQ(Check(BatchOfBody(lie)).fault, RecordFault::kMalformed) << test::ToHex(AsBytes(lie));
  }
}

TEST(CheckRecords, StopsAtTheBoundOfMemory) {
  const size_t plain_bytes = test::Produced(10, 1000).size() - kHeaderBytes;
  for (const Codec codec : {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    const Buffer batch = test::Produced(10, 1000, codec);
    EXPECT_TRUE(Check(batch, {plain_bytes}).ok()) << CodecName(codec);
    EXPECT_EQ(Check(batch, {plain_bytes - 1}).fault, RecordFault::kTooLarge) << CodecName(codec);
  }
}

TEST(CheckRecords, RefusesWhatDoesNotDecompress) {
  for (const int codec : {1, 2, 3, 4, 5, 6, 7}) {
    Buffer batch = test::Produced(10);
    test::Poke(batch, offsetof(BatchHeader, attributes), static_cast<int16_t>(codec));
    EXPECT_EQ(Check(batch).fault, RecordFault::kMalformed) << codec;
  }
}

}  // namespace
}  // namespace varve::record
