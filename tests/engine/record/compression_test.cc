#include "engine/record/compression.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

using test::FromHex;
using test::ToHex;

constexpr Codec kRealCodecs[] = {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd};
constexpr size_t kPlenty = size_t{16} << 20;

Buffer Packed(Codec codec, Bytes plain, std::optional<int> level = {}) {
  auto packed = Compress(codec, plain, level);
  EXPECT_TRUE(packed.ok()) << packed.status();
  return *std::move(packed);
}

void ExpectUnpacks(Codec codec, Bytes packed, Bytes plain) {
  const auto unpacked = Decompress(codec, packed, plain.size());
  ASSERT_TRUE(unpacked.ok()) << CodecName(codec) << unpacked.status();
  EXPECT_TRUE(std::ranges::equal(*unpacked, plain)) << CodecName(codec) << " " << plain.size();
}

Buffer Joined(Bytes a, Bytes b) {
  Buffer joined(a.begin(), a.end());
  Append(joined, b);
  return joined;
}

TEST(Compression, ThereAndBackAtEverySize) {
  const size_t sizes[] = {0,      1,      511,    512,    513,     4095,   4096,   4097,
                          32767,  32768,  32769,  65535,  65536,   65537,  131071, 131072,
                          131073, 262143, 262144, 262145, 1048576, 4194305};
  for (const Codec codec : test::kAllCodecs) {
    for (const size_t size : sizes) {
      const Buffer text = test::Compressible(size);
      ExpectUnpacks(codec, Packed(codec, text), text);
      const Buffer noise = test::Incompressible(size);
      ExpectUnpacks(codec, Packed(codec, noise), noise);
    }
  }
}

TEST(Compression, CompressesWhatCanBe) {
  const Buffer text = test::Compressible(100000);
  for (const Codec codec : kRealCodecs) {
    EXPECT_LT(Packed(codec, text).size(), text.size() / 2) << CodecName(codec);
  }
}

TEST(Compression, TakesAnyLevel) {
  const Buffer text = test::Compressible(100000);
  for (const Codec codec : kRealCodecs) {
    for (const int level : {std::numeric_limits<int>::min(), -1, 0, 1, 3, 9, 17, 99}) {
      ExpectUnpacks(codec, Packed(codec, text, level), text);
    }
  }
  EXPECT_LT(Packed(Codec::kGzip, text, 9).size(), Packed(Codec::kGzip, text, 1).size());
}

TEST(Compression, RefusesCodecsThatDoNotExist) {
  for (const int number : {5, 6, 7, 255}) {
    const auto codec = static_cast<Codec>(number);
    EXPECT_EQ(CodecName(codec), "unknown");
    EXPECT_TRUE(absl::IsInvalidArgument(Compress(codec, {}).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(Decompress(codec, {}, 1).status()));
  }
}

TEST(Compression, StopsExactlyAtTheBound) {
  for (const size_t size : {size_t{1}, size_t{4096}, size_t{65536}, size_t{300000}}) {
    const Buffer text = test::Compressible(size);
    for (const Codec codec : test::kAllCodecs) {
      const Buffer packed = Packed(codec, text);
      EXPECT_TRUE(Decompress(codec, packed, size).ok()) << CodecName(codec);
      for (const size_t bytes_max : {size - 1, size / 2, size_t{0}}) {
        const auto over = Decompress(codec, packed, bytes_max);
        EXPECT_TRUE(absl::IsResourceExhausted(over.status())) << CodecName(codec) << bytes_max;
      }
    }
  }
}

TEST(Compression, NeedsNoBoundToBeReasonable) {
  const Buffer text = test::Compressible(1000);
  for (const Codec codec : test::kAllCodecs) {
    const auto plain = Decompress(codec, Packed(codec, text), std::numeric_limits<size_t>::max());
    ASSERT_TRUE(plain.ok()) << CodecName(codec);
    EXPECT_EQ(*plain, text);
    EXPECT_LT(plain->capacity(), size_t{64} << 20) << CodecName(codec);
  }
}

TEST(Compression, DefusesBombs) {
  const Buffer zeros(64 << 20);
  for (const Codec codec : kRealCodecs) {
    const Buffer bomb = Packed(codec, zeros);
    EXPECT_LT(bomb.size(), zeros.size() / 20) << CodecName(codec);
    const auto over = Decompress(codec, bomb, 1 << 20);
    EXPECT_TRUE(absl::IsResourceExhausted(over.status())) << CodecName(codec);
    const auto whole = Decompress(codec, bomb, zeros.size());
    ASSERT_TRUE(whole.ok()) << whole.status();
    EXPECT_LE(whole->capacity(), zeros.size() + 1) << CodecName(codec);
  }
}

TEST(Compression, RefusesWhatIsCutShortOrFollowedByMore) {
  const Buffer text = test::Compressible(70000);
  for (const Codec codec : kRealCodecs) {
    const Buffer packed = Packed(codec, text);
    for (size_t size = 0; size < packed.size(); size += 1 + size / 50) {
      const auto cut = Decompress(codec, Bytes(packed).first(size), kPlenty);
      // Java's framing of snappy has no end: it may stop between blocks.
      if (codec == Codec::kSnappy && cut.ok()) continue;
      EXPECT_TRUE(absl::IsDataLoss(cut.status())) << CodecName(codec) << " " << size;
    }
    const auto more = Decompress(codec, Joined(packed, AsBytes("xyz")), kPlenty);
    EXPECT_TRUE(absl::IsDataLoss(more.status())) << CodecName(codec) << more.status();
  }
}

TEST(Gzip, ReadsSeveralMembers) {
  const Buffer two =
      Joined(Packed(Codec::kGzip, AsBytes("laid ")), Packed(Codec::kGzip, AsBytes("down")));
  ExpectUnpacks(Codec::kGzip, two, AsBytes("laid down"));
}

TEST(Gzip, DoesNotBelieveItsTrailer) {
  Buffer packed = Packed(Codec::kGzip, AsBytes("text"));
  std::fill(packed.end() - 4, packed.end(), std::byte{0xff});
  EXPECT_TRUE(absl::IsDataLoss(Decompress(Codec::kGzip, packed, kPlenty).status()));
}

TEST(Snappy, WritesTheFramingOfJava) {
  EXPECT_EQ(ToHex(Packed(Codec::kSnappy, AsBytes("abc"))),
            "82534e41505059000000000100000001"
            "00000005"
            "0308616263");
}

TEST(Snappy, ReadsABareBlock) {
  ExpectUnpacks(Codec::kSnappy, FromHex("0308616263"), AsBytes("abc"));
  const Buffer text = test::Compressible(200000);
  std::string block;
  snappy::Compress(reinterpret_cast<const char*>(text.data()), text.size(), &block);
  ExpectUnpacks(Codec::kSnappy, AsBytes(block), text);
}

TEST(Snappy, RefusesLengthsThatLie) {
  const std::string java = "82534e41505059000000000100000001";
  for (const std::string& lie : {
           std::string(""),                   // no length
           std::string("ff"),                 // no end of it
           std::string("0408616263"),         // one byte more than there is
           std::string("0208616263"),         // one less
           std::string("ffffff070861"),       // 16 MiB of it, from two bytes
           java + "000000",                   // a block size cut short
           java + "00000006" + "0308616263",  // larger than what is left
           java + "ffffffff" + "0308616263",  // -1
           java + "7fffffff" + "0308616263",  // 2 GiB
           java + "00000000",                 // an empty block
       }) {
    const auto plain = Decompress(Codec::kSnappy, FromHex(lie), kPlenty);
    EXPECT_TRUE(absl::IsDataLoss(plain.status())) << lie;
  }
}

TEST(Snappy, ReservesNothingThatItsBytesCannotHold) {
  // 8 MiB claimed by a block of seven bytes, which could hold 154.
  const auto plain = Decompress(Codec::kSnappy, FromHex("80808004086161"), kPlenty);
  EXPECT_TRUE(absl::IsDataLoss(plain.status()));
  EXPECT_NE(plain.status().ToString().find("impossible"), std::string::npos) << plain.status();
}

TEST(Lz4, WritesIndependentBlocksOf64KiB) {
  const Buffer packed = Packed(Codec::kLz4, test::Compressible(200000));
  // Magic, version 01 with independent blocks and nothing else, 64 KiB, and the right checksum.
  EXPECT_EQ(ToHex(Bytes(packed).first(7)), "04224d18604082");
}

TEST(Lz4, ReadsFramesOfOtherWriters) {
  const Buffer text = test::Compressible(300000);
  for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max4MB}) {
    for (const auto mode : {LZ4F_blockLinked, LZ4F_blockIndependent}) {
      LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
      preferences.frameInfo.blockSizeID = block;
      preferences.frameInfo.blockMode = mode;
      preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
      preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
      preferences.frameInfo.contentSize = text.size();
      Buffer packed(LZ4F_compressFrameBound(text.size(), &preferences));
      packed.resize(
          LZ4F_compressFrame(packed.data(), packed.size(), text.data(), text.size(), &preferences));
      ExpectUnpacks(Codec::kLz4, packed, text);
    }
  }
}

TEST(Lz4, ReadsSeveralFramesAndRefusesABadHeader) {
  const Buffer frame = Packed(Codec::kLz4, AsBytes("text"));
  ExpectUnpacks(Codec::kLz4, Joined(frame, frame), AsBytes("texttext"));
  Buffer bad = frame;
  bad[6] ^= std::byte{1};  // the header's checksum
  EXPECT_TRUE(absl::IsDataLoss(Decompress(Codec::kLz4, bad, kPlenty).status()));
}

// As a streaming writer leaves it: neither the size of the content nor that of the input known.
Buffer StreamedZstd(Bytes plain, int window_log) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  Buffer packed(ZSTD_compressBound(plain.size()) + 1024);
  ZSTD_outBuffer out = {packed.data(), packed.size(), 0};
  while (!plain.empty()) {
    const Bytes piece = plain.first(std::min<size_t>(plain.size(), 10000));
    ZSTD_inBuffer in = {piece.data(), piece.size(), 0};
    while (in.pos < in.size) ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
    plain = plain.subspan(piece.size());
  }
  ZSTD_inBuffer none = {nullptr, 0, 0};
  while (ZSTD_compressStream2(context, &out, &none, ZSTD_e_end) != 0) {
  }
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  return packed;
}

TEST(Zstd, ReadsStreamsOfUnknownSizeAndAnyWindow) {
  for (const size_t size : {size_t{1}, size_t{131072}, size_t{131073}, size_t{1000000}}) {
    for (const int window_log : {10, 17, 24, 27}) {
      const Buffer text = test::Compressible(size);
      ExpectUnpacks(Codec::kZstd, StreamedZstd(text, window_log), text);
      const Buffer noise = test::Incompressible(size);
      ExpectUnpacks(Codec::kZstd, StreamedZstd(noise, window_log), noise);
    }
  }
}

TEST(Zstd, ReadsSeveralFramesAndSkipsWhatIsMeantToBe) {
  const Buffer frame = Packed(Codec::kZstd, AsBytes("text"));
  const Buffer skippable = FromHex(
      "502a4d18"
      "02000000"
      "abcd");
  const Buffer all = Joined(Joined(frame, skippable), StreamedZstd(AsBytes("more"), 20));
  ExpectUnpacks(Codec::kZstd, all, AsBytes("textmore"));
}

// One frame, no checksum: a window of 2 GiB claimed, and a block of 128 KiB from one byte.
TEST(Zstd, ReservesNoWindowThatAFrameClaims) {
  const Buffer frame = FromHex("28b52ffd00a803001061");
  const auto plain = Decompress(Codec::kZstd, frame, kPlenty);
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->size(), size_t{128} << 10);
  EXPECT_EQ(plain->capacity(), size_t{128} << 10);
  // Content of 2^62 bytes claimed, in as little.
  const Buffer sized = FromHex(
      "28b52ffd"
      "e0"
      "0000000000000040"
      "030010"
      "61");
  EXPECT_TRUE(absl::IsDataLoss(Decompress(Codec::kZstd, sized, kPlenty).status()));
}

TEST(Zstd, TakesASmallClaimedSizeForABound) {
  const auto plain =
      Decompress(Codec::kZstd, Packed(Codec::kZstd, test::Compressible(300)), kPlenty);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->capacity(), 300u);
}

TEST(Zstd, DefusesAChainOfRepeatedBlocks) {
  Buffer bomb = FromHex(
      "28b52ffd"
      "00"
      "38");
  for (int i = 0; i < 10000; ++i)
    Append(bomb, FromHex("020010"
                         "61"));
  Append(bomb, FromHex("010000"));
  EXPECT_TRUE(absl::IsResourceExhausted(Decompress(Codec::kZstd, bomb, 1 << 20).status()));
}

}  // namespace
}  // namespace varve::record
