#include "server/wire/codec.h"

#include <gtest/gtest.h>

#include "server/wire/message.h"
#include "tests/server/wire/all_messages.h"
#include "tests/server/wire/hex.h"

namespace varve::wire {
namespace {

enum class Kind : int8_t { kNegative = -2 };

// One field of every sort; tag 1 is left out so that tests can send it as an unknown one.
struct Point {
  int16_t x = 0;
  int16_t y = 0;

  bool operator==(const Point&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.x, self.y); }
};
struct Everything {
  bool flag = false;
  int8_t i8 = 0;
  int16_t i16 = 0;
  uint16_t u16 = 0;
  int32_t i32 = 0;
  uint32_t u32 = 0;
  int64_t i64 = 0;
  double f64 = 0;
  Kind kind{};
  Uuid id{};
  std::string_view text{};
  std::optional<std::string> maybe_text{};
  std::vector<int16_t> numbers{};
  std::optional<std::vector<Point>> maybe_points{};
  std::optional<Point> maybe_point{};
  int32_t tag0 = -1;
  std::vector<Point> tag2{};

  bool operator==(const Everything&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.flag, self.i8, self.i16, self.u16, self.i32, self.u32, self.i64, self.f64, self.kind,
          self.id, self.text, self.maybe_text, self.numbers, self.maybe_points, self.maybe_point);
    codec.Tagged(0, self.tag0, -1);
    codec.Tagged(2, self.tag2);
  }
};

Everything Full() {
  Everything all{true, -2, -3, 0xfffe, -5, 0xfffffffd, -7, 1.5, Kind::kNegative, {1, 2}, "ab"};
  all.maybe_text = "c";
  all.numbers = {1, -1};
  all.maybe_points = {{1, 2}};
  all.maybe_point = Point{3, 4};
  all.tag0 = 7;
  all.tag2 = {{5, 6}};
  return all;
}

constexpr std::string_view kFullStart =
    "01 fe fffd fffe fffffffb fffffffd fffffffffffffff9 3ff8000000000000 fe"
    "0000000000000001 0000000000000002 ";
constexpr std::string_view kFullFixed =
    "0002 6162  0001 63  00000002 0001 ffff  00000001 0001 0002"
    "01 0003 0004";
constexpr std::string_view kFullFlexible =
    "03 6162  02 63  03 0001 ffff  02 0001 0002 00"
    "01 0003 0004 00";

Buffer Write(const auto& value, bool flexible) {
  Buffer out;
  Writer writer(out);
  writer.Use(0, flexible);
  writer(value);
  EXPECT_TRUE(writer.status().ok());
  return out;
}

// What it returns is a view of `bytes`.
template <typename T>
absl::StatusOr<T> Read(const Buffer&& bytes, bool flexible) = delete;
template <typename T>
absl::StatusOr<T> Read(const Buffer& bytes, bool flexible) {
  Reader reader{Bytes(bytes)};
  reader.Use(0, flexible);
  T value;
  reader(value);
  if (!reader.ok()) return reader.status();
  return value;
}

TEST(Codec, WritesEverySortOfField) {
  const std::string start(kFullStart);
  EXPECT_EQ(ToHex(Write(Full(), false)), ToHex(FromHex(start + std::string(kFullFixed))));
  EXPECT_EQ(ToHex(Write(Full(), true)),
            ToHex(FromHex(start + std::string(kFullFlexible) +
                          "02  00 04 00000007  02 06 02 0005 0006 00")));
}

TEST(Codec, ReadsEverySortOfField) {
  const Buffer flexible_bytes = Write(Full(), true);
  const auto flexible = Read<Everything>(flexible_bytes, true);
  ASSERT_TRUE(flexible.ok()) << flexible.status();
  EXPECT_TRUE(*flexible == Full());
  const Buffer fixed_bytes = Write(Full(), false);
  const auto fixed = Read<Everything>(fixed_bytes, false);
  ASSERT_TRUE(fixed.ok()) << fixed.status();
  EXPECT_EQ(fixed->tag0, -1);  // no tagged fields there
  EXPECT_TRUE(fixed->tag2.empty());
}

TEST(Codec, WritesNullsAndLeavesDefaultTagsOut) {
  const std::string numbers(2 * (1 + 1 + 2 + 2 + 4 + 4 + 8 + 8 + 1 + 16), '0');
  EXPECT_EQ(ToHex(Write(Everything{}, false)), numbers +
                                                   "0000"
                                                   "ffff"
                                                   "00000000"
                                                   "ffffffff"
                                                   "ff");
  EXPECT_EQ(ToHex(Write(Everything{}, true)), numbers +
                                                  "01"
                                                  "00"
                                                  "01"
                                                  "00"
                                                  "ff"
                                                  "00");
}

TEST(Codec, SkipsUnknownTags) {
  const std::string fields = std::string(kFullStart) + std::string(kFullFlexible);
  for (const std::string_view tags : {
           "03  00 04 00000007  01 03 aabbcc  02 06 02 0005 0006 00",
           "04  00 04 00000007  01 00  02 06 02 0005 0006 00  7f 01 00",
           "03  00 04 00000007  02 06 02 0005 0006 00  ffffffff0f 02 aabb",
           "02  00 05 00000007 ff  02 07 02 0005 0006 00 ff",           // longer than we know them
           "02  00 04 00000007  02 0b 02 0005 0006 02 00 01 aa 09 00",  // inside of a tag
       }) {
    const Buffer bytes = FromHex(fields + std::string(tags));
    const auto decoded = Read<Everything>(bytes, true);
    ASSERT_TRUE(decoded.ok()) << decoded.status() << " " << tags;
    EXPECT_TRUE(*decoded == Full()) << tags;
  }
}

TEST(Codec, RefusesBadTags) {
  const std::string fields = std::string(kFullStart) + std::string(kFullFlexible);
  for (const std::string_view tags : {
           "01",                                        // counted, but not there
           "01  00 04 000000",                          // cut short
           "01  00 03 000000",                          // too short for what it holds
           "02  00 04 00000007  00 00",                 // twice
           "02  02 06 02 0005 0006 00 00 04 00000007",  // out of order
           "01  05 ffffffff0f",                         // longer than the frame
           "ffffffff0f",
           "ffffffffff01",  // no 32-bit varint
       }) {
    const Buffer bytes = FromHex(fields + std::string(tags));
    EXPECT_FALSE(Read<Everything>(bytes, true).ok()) << tags;
  }
}

// The error names what was wrong first, and where.
TEST(Codec, KeepsTheFirstError) {
  const Buffer bytes = FromHex("0001 0005 6162");
  Reader reader{Bytes(bytes)};
  int16_t number = 0;
  std::string_view text;
  int64_t more = 9;
  reader(number, text, more);
  EXPECT_EQ(number, 1);
  EXPECT_EQ(text, "");
  EXPECT_EQ(more, 0);
  EXPECT_EQ(reader.status().message(), "cut short at byte 4: 5 wanted, 2 left");
}

template <typename T>
bool CanRead(std::string_view hex, bool flexible) {
  const Buffer bytes = FromHex(hex);
  Reader reader{Bytes(bytes)};
  reader.Use(0, flexible);
  T value{};
  reader(value);
  return reader.ok();
}

TEST(Codec, RefusesNullWhereNoneIsAllowed) {
  EXPECT_FALSE(CanRead<std::string_view>("ffff", false));
  EXPECT_FALSE(CanRead<std::string_view>("00", true));
  EXPECT_FALSE(CanRead<std::vector<int32_t>>("ffffffff", false));
  EXPECT_FALSE(CanRead<std::vector<int32_t>>("00", true));
  EXPECT_TRUE(CanRead<std::optional<std::string_view>>("ffff", false));
  EXPECT_TRUE(CanRead<std::optional<std::string_view>>("00", true));
  EXPECT_TRUE(CanRead<std::optional<std::vector<int32_t>>>("ffffffff", false));
  EXPECT_TRUE(CanRead<std::optional<std::vector<int32_t>>>("00", true));
}

TEST(Codec, TakesNullFromTheVersionThatAllowsIt) {
  const Buffer all = FromHex("ffffffff");  // Metadata: a null list of topics
  Reader before{Bytes(all)};
  EXPECT_FALSE(DecodeBody<MetadataRequest>(before, 0).ok());
  Reader after{Bytes(all)};
  const auto request = DecodeBody<MetadataRequest>(after, 1);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_FALSE(request->topics.has_value());
}

// 2^31 - 1 elements are claimed where a few bytes are left.
TEST(Codec, ReservesNothingForALyingCount) {
  for (const auto& [hex, flexible] :
       {std::pair("7fffffff 00000000", false), std::pair("80000000 00000000", false),
        std::pair("ffffffff0f 00000000", true), std::pair("07 00000000", true)}) {
    const Buffer bytes = FromHex(hex);
    Reader reader{Bytes(bytes)};
    reader.Use(0, flexible);
    std::vector<Point> points;
    reader(points);
    EXPECT_FALSE(reader.ok()) << hex;
    EXPECT_EQ(points.capacity(), 0u) << hex;
  }
}

// Three bytes on the wire become a topic of 56 bytes and more: what all arrays of a frame take in
// memory has a bound of its own.
TEST(Codec, BoundsTheMemoryOfAllArrays) {
  ProduceRequest request;
  request.topics.resize(1000);
  Buffer bytes;
  Writer writer(bytes);
  EncodeBody(request, 9, writer);
  const size_t memory = 1000 * sizeof(ProduceRequest::Topic);
  Reader enough(bytes, memory);
  EXPECT_TRUE(DecodeBody<ProduceRequest>(enough, 9).ok());
  Reader short_of_one(bytes, memory - 1);
  EXPECT_FALSE(DecodeBody<ProduceRequest>(short_of_one, 9).ok());
}

TEST(Codec, KnowsTheSmallestSizeOfAnElement) {
  EXPECT_EQ(MinSize<int64_t>(0, false), 8u);
  EXPECT_EQ(MinSize<Uuid>(0, true), 16u);
  EXPECT_EQ(MinSize<std::string_view>(0, false), 2u);
  EXPECT_EQ(MinSize<std::string_view>(0, true), 1u);
  EXPECT_EQ(MinSize<Point>(0, false), 4u);
  EXPECT_EQ(MinSize<Point>(0, true), 5u);
  EXPECT_EQ(MinSize<ProduceRequest::Topic>(8, false), 6u);
  EXPECT_EQ(MinSize<ProduceRequest::Topic>(9, true), 3u);
  EXPECT_EQ(MinSize<ProduceRequest::Topic>(13, true), 18u);
}

TEST(Codec, RefusesAStringThatItsLengthCannotTell) {
  CreateTopicsResponse response{.topics = {{.name = "t"}}};
  response.topics[0].error_message = std::string(32768, 'x');
  Buffer out = FromHex("aa");
  std::vector<Splice> splices;
  EXPECT_FALSE(EncodeResponse(1, 4, response, out, splices).ok());
  EXPECT_EQ(ToHex(out), "aa");  // as it was
  EXPECT_TRUE(EncodeResponse(1, 5, response, out, splices).ok());
  response.topics[0].error_message = std::string(32767, 'x');
  EXPECT_TRUE(EncodeResponse(1, 4, response, out, splices).ok());
}

}  // namespace
}  // namespace varve::wire
