#include <gtest/gtest.h>

#include <random>

#include "engine/record/compression.h"
#include "engine/record/record.h"
#include "engine/record/validate.h"
#include "tests/engine/record/record_batches.h"

// What crashes, cables and strangers do to batches: nothing crashes, and nothing passes.
namespace varve::record {
namespace {

constexpr size_t kDecompressedMax = size_t{64} << 10;

// Everything that looks at bytes from outside looks at these.
void LookAtAll(const Buffer& bytes) {
  (void)PeekBatch(bytes);
  (void)CheckProducedBatch(bytes);
  (void)CheckStoredBatch(bytes);
  if (bytes.size() < kHeaderBytes) return;
  const BatchView batch(bytes);
  (void)batch.next_offset();
  (void)batch.last_sequence();
  (void)CheckRecords(batch, {.decompressed_bytes_max = kDecompressedMax, .key_required = true});
}

TEST(Damage, NoTruncationPasses) {
  for (const Codec codec : test::kAllCodecs) {
    const Buffer whole = test::Produced(5, 40, codec);
    for (size_t size = 0; size < whole.size(); ++size) {
      const Buffer cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(CheckProducedBatch(cut).fault, BatchFault::kTooShort) << size;
      EXPECT_EQ(CheckStoredBatch(cut).fault, BatchFault::kTooShort) << size;
      LookAtAll(cut);
    }
  }
}

// A truncation with a length and a checksum that fit it: only the records can tell.
TEST(Damage, NoTruncationOfTheRecordsPasses) {
  for (const Codec codec : test::kAllCodecs) {
    const Buffer whole = test::Produced(5, 40, codec);
    for (size_t size = kHeaderBytes; size < whole.size(); ++size) {
      Buffer cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      test::Poke(cut, offsetof(BatchHeader, length), static_cast<int32_t>(size - kBatchOverhead));
      test::FixCrc(cut);
      ASSERT_TRUE(CheckProducedBatch(cut).ok());
      EXPECT_EQ(CheckRecords(BatchView(cut), {kDecompressedMax}).fault, RecordFault::kMalformed)
          << CodecName(codec) << " " << size;
    }
  }
}

TEST(Damage, NoFlippedBitPasses) {
  for (const Codec codec : test::kAllCodecs) {
    Buffer batch = test::Produced(5, 40, codec);
    for (size_t bit = kPeekBytes * 8; bit < batch.size() * 8; ++bit) {
      const auto mask = static_cast<std::byte>(1 << (bit % 8));
      batch[bit / 8] ^= mask;
      EXPECT_EQ(CheckProducedBatch(batch).fault, BatchFault::kBadCrc) << bit;
      EXPECT_EQ(CheckStoredBatch(batch).fault, BatchFault::kBadCrc) << bit;
      batch[bit / 8] ^= mask;
    }
  }
}

TEST(Damage, FlippedBitsWithARightChecksumCrashNothing) {
  for (const Codec codec : test::kAllCodecs) {
    const Buffer whole = test::Produced(5, 40, codec);
    for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Buffer batch = whole;
      batch[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
      test::FixCrc(batch);
      LookAtAll(batch);
    }
  }
}

TEST(Damage, RandomBytesCrashNothing) {
  std::mt19937_64 random(test::Seed());
  for (int round = 0; round < 20000; ++round) {
    Buffer bytes(random() % 200);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    if (bytes.size() >= kHeaderBytes && round % 2 == 0) {
      test::Poke(bytes, offsetof(BatchHeader, magic), kMagic);
      test::Poke(bytes, offsetof(BatchHeader, length),
                 static_cast<int32_t>(bytes.size() - kBatchOverhead));
      test::FixCrc(bytes);
    }
    LookAtAll(bytes);
  }
}

// Several wounds at once, in batches that are otherwise right.
TEST(Damage, RandomWoundsCrashNothing) {
  std::mt19937_64 random(test::Seed());
  for (int round = 0; round < 5000; ++round) {
    const Codec codec = test::kAllCodecs[random() % std::size(test::kAllCodecs)];
    Buffer batch = test::Produced(static_cast<int>(random() % 8) + 1, random() % 300, codec);
    for (uint64_t wounds = random() % 5 + 1; wounds > 0; --wounds) {
      batch[random() % batch.size()] = static_cast<std::byte>(random());
    }
    test::FixCrc(batch);
    LookAtAll(batch);
  }
}

}  // namespace
}  // namespace varve::record
