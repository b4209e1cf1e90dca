#include "engine/record/validate.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "engine/record/builder.h"
#include "engine/record/compression.h"
#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

using test::FixCrc;
using test::Poke;

constexpr int32_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr int64_t kInt64Max = std::numeric_limits<int64_t>::max();

constexpr size_t kBaseOffsetAt = offsetof(BatchHeader, base_offset);
constexpr size_t kLengthAt = offsetof(BatchHeader, length);
constexpr size_t kMagicAt = offsetof(BatchHeader, magic);
constexpr size_t kCrcAt = offsetof(BatchHeader, crc);
constexpr size_t kAttributesAt = offsetof(BatchHeader, attributes);
constexpr size_t kLastDeltaAt = offsetof(BatchHeader, last_offset_delta);
constexpr size_t kProducerIdAt = offsetof(BatchHeader, producer_id);
constexpr size_t kProducerEpochAt = offsetof(BatchHeader, producer_epoch);
constexpr size_t kSequenceAt = offsetof(BatchHeader, base_sequence);
constexpr size_t kCountAt = offsetof(BatchHeader, record_count);

// One thing that is done to a good batch of three records, and what the checks call it.
struct Case {
  const char* what;
  std::function<void(Buffer&)> damage;
  BatchFault produced;
  BatchFault stored;
};

template <std::integral T>
std::function<void(Buffer&)> Set(size_t position, T value) {
  return [=](Buffer& batch) {
    Poke(batch, position, value);
    FixCrc(batch);
  };
}

std::function<void(Buffer&)> Attributes(int bits) {
  return Set(kAttributesAt, static_cast<int16_t>(bits));
}

Buffer GoodBatch() {
  BatchBuilder builder({.producer_id = 5, .producer_epoch = 0, .base_sequence = 0});
  for (int i = 0; i < 3; ++i) builder.Append({.timestamp = i, .value = AsBytes("value")});
  return builder.Build();
}

void ExpectVerdicts(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Buffer batch = GoodBatch();
    c.damage(batch);
    const BatchCheck produced = CheckProducedBatch(batch);
    EXPECT_EQ(produced.fault, c.produced) << produced.message;
    EXPECT_EQ(produced.message.empty(), produced.ok());
    const BatchCheck stored = CheckStoredBatch(batch);
    EXPECT_EQ(stored.fault, c.stored) << stored.message;
    EXPECT_EQ(stored.message.empty(), stored.ok());
  }
}

TEST(CheckBatch, AcceptsAGoodBatch) {
  ExpectVerdicts({{"nothing", [](Buffer&) {}, BatchFault::kNone, BatchFault::kNone}});
  for (const Codec codec : test::kAllCodecs) {
    EXPECT_TRUE(CheckProducedBatch(test::Produced(4, 100, codec)).ok()) << CodecName(codec);
  }
  EXPECT_TRUE(CheckProducedBatch(test::TwoRecords()).ok());
  EXPECT_TRUE(CheckStoredBatch(test::CommitMarker()).ok());
}

TEST(CheckBatch, RefusesWrongSizesAndVersions) {
  ExpectVerdicts({
      {"empty", [](Buffer& b) { b.clear(); }, BatchFault::kTooShort, BatchFault::kTooShort},
      {"a byte less", [](Buffer& b) { b.pop_back(); }, BatchFault::kTooShort,
       BatchFault::kTooShort},
      {"a byte more", [](Buffer& b) { b.push_back({}); }, BatchFault::kSizeMismatch,
       BatchFault::kSizeMismatch},
      {"two batches", [](Buffer& b) { Append(b, GoodBatch()); }, BatchFault::kSizeMismatch,
       BatchFault::kSizeMismatch},
      {"length -1", Set(kLengthAt, -1), BatchFault::kSizeMismatch, BatchFault::kSizeMismatch},
      {"length 48", Set(kLengthAt, 48), BatchFault::kSizeMismatch, BatchFault::kSizeMismatch},
      {"length 49", Set(kLengthAt, 49), BatchFault::kSizeMismatch, BatchFault::kSizeMismatch},
      {"length max", Set(kLengthAt, kInt32Max), BatchFault::kTooShort, BatchFault::kTooShort},
      {"magic 0", Set(kMagicAt, int8_t{0}), BatchFault::kOldMagic, BatchFault::kOldMagic},
      {"magic 1", Set(kMagicAt, int8_t{1}), BatchFault::kOldMagic, BatchFault::kOldMagic},
      {"magic 3", Set(kMagicAt, int8_t{3}), BatchFault::kUnknownMagic, BatchFault::kUnknownMagic},
      {"magic -1", Set(kMagicAt, int8_t{-1}), BatchFault::kUnknownMagic, BatchFault::kUnknownMagic},
      {"crc", [](Buffer& b) { b[kCrcAt] ^= std::byte{1}; }, BatchFault::kBadCrc,
       BatchFault::kBadCrc},
  });
}

TEST(CheckBatch, RefusesAttributesThatAreNotForProducers) {
  const auto bad = BatchFault::kBadAttributes;
  const auto none = BatchFault::kNone;
  ExpectVerdicts({
      {"codec 5", Attributes(5), bad, none},
      {"codec 7", Attributes(7), bad, none},
      {"zstd", Attributes(4), none, none},
      {"log append time", Attributes(kLogAppendTimeBit), none, none},
      {"transactional", Attributes(kTransactionalBit), none, none},
      {"control", Attributes(kControlBit), bad, none},
      {"marker", Attributes(kControlBit | kTransactionalBit), bad, none},
      {"delete horizon", Attributes(kDeleteHorizonBit), bad, none},
  });
  for (int bit = 7; bit < 16; ++bit) {
    ExpectVerdicts({{"unknown bit", Attributes(1 << bit), bad, none}});
  }
}

TEST(CheckBatch, RefusesOffsetsAndCountsThatDoNotFit) {
  const auto count = BatchFault::kBadCount;
  const auto offset = BatchFault::kBadOffset;
  const auto none = BatchFault::kNone;
  ExpectVerdicts({
      {"base 1", Set(kBaseOffsetAt, int64_t{1}), offset, none},
      {"base -1", Set(kBaseOffsetAt, int64_t{-1}), offset, offset},
      {"last possible base", Set(kBaseOffsetAt, kInt64Max - 3), offset, none},
      {"base past it", Set(kBaseOffsetAt, kInt64Max - 2), offset, offset},
      {"count 0", Set(kCountAt, 0), count, none},
      {"count 2", Set(kCountAt, 2), count, none},
      {"count 4", Set(kCountAt, 4), count, count},
      {"count -1", Set(kCountAt, -1), count, count},
      {"count max", Set(kCountAt, kInt32Max), count, count},
      {"delta 1", Set(kLastDeltaAt, 1), count, count},
      {"delta 3", Set(kLastDeltaAt, 3), count, none},
      {"delta -1", Set(kLastDeltaAt, -1), count, offset},
      {"no records, and offsets for none",
       [](Buffer& b) {
         Poke(b, kLastDeltaAt, -1);
         Set(kCountAt, 0)(b);
       },
       count, offset},
      {"delta max", Set(kLastDeltaAt, kInt32Max), count, none},
  });
}

TEST(CheckBatch, RefusesProducersThatContradictThemselves) {
  const auto bad = BatchFault::kBadProducer;
  const auto none = BatchFault::kNone;
  ExpectVerdicts({
      {"no sequence", Set(kSequenceAt, -1), bad, none},
      {"no epoch", Set(kProducerEpochAt, int16_t{-1}), bad, none},
      {"last sequence", Set(kSequenceAt, kInt32Max), none, none},
      {"no producer", Set(kProducerIdAt, int64_t{-1}), none, none},
      {"transaction of nobody",
       [](Buffer& b) {
         Poke(b, kProducerIdAt, int64_t{-1});
         Attributes(kTransactionalBit)(b);
       },
       bad, none},
  });
}

TEST(CheckBatch, SaysThatControlBatchesAreNotWelcome) {
  Buffer control = GoodBatch();
  Attributes(kControlBit)(control);
  const std::string message = CheckProducedBatch(control).message;
  EXPECT_NE(message.find("control"), std::string::npos) << message;
}

TEST(CheckBatch, NamesWhatItExpectedAndFound) {
  Buffer batch = GoodBatch();
  batch.pop_back();
  const std::string message = CheckProducedBatch(batch).message;
  EXPECT_NE(message.find(std::to_string(batch.size())), std::string::npos) << message;
  EXPECT_NE(message.find(std::to_string(batch.size() + 1)), std::string::npos) << message;
}

}  // namespace
}  // namespace varve::record
