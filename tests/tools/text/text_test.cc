#include <gtest/gtest.h>

#include "tools/text/byte_text.h"
#include "tools/text/json.h"
#include "tools/text/time_text.h"

namespace varve::text {
namespace {

TEST(TimeText, IsIso8601OrTheNumber) {
  EXPECT_EQ(TimeText(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(1'700'000'000'123), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(TimeText(-2), "1969-12-31T23:59:59.998Z");
  EXPECT_EQ(TimeText(-1), "none");
  EXPECT_EQ(TimeText(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(TimeText(INT64_MIN), "-9223372036854775808");
}

TEST(ParseTime, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseTime("1700000000123"), 1'700'000'000'123);
  EXPECT_EQ(ParseTime("2023-11-14"), 1'699'920'000'000);
  EXPECT_EQ(ParseTime("2023-11-14T22:13"), 1'699'999'980'000);
  EXPECT_EQ(ParseTime("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(ParseTime("2023-11-14 22:13:20.123"), 1'700'000'000'123);
  EXPECT_EQ(ParseTime("2023-11-14T23:13:20+01:00"), 1'700'000'000'000);
  EXPECT_EQ(ParseTime("2023-11-14T21:43:20-00:30"), 1'700'000'000'000);
}

TEST(ParseTime, RefusesTheRest) {
  for (const char* text : {"", "yesterday", "2023-02-30", "2023-11-14T", "2023-11-14T25:00",
                           "2023-11-14T22:13:20X", "2023-11-14T22:13:20.1", "23-1-1", "1e3"}) {
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
  }
}

TEST(CompactJson, DropsBlanksOnly) {
  EXPECT_EQ(CompactJson(" { \"a b\" : [ 1 , -2.5e+3, true ,null ] , \"c\" : {} } "),
            R"({"a b":[1,-2.5e+3,true,null],"c":{}})");
  EXPECT_EQ(CompactJson("\"\\u00e9\\n\""), "\"\\u00e9\\n\"");
  EXPECT_EQ(CompactJson("[\" \\\" \", 12345678901234567890123.50]"),
            "[\" \\\" \",12345678901234567890123.50]");
}

TEST(CompactJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "tru", "\"a\nb\"",
                           "\"\\x\"", "1 2", "\"\xff\"", "{'a':1}", "1e999", "\"\\ud800\""}) {
    EXPECT_EQ(CompactJson(text), std::nullopt) << text;
  }
  EXPECT_NE(CompactJson(std::string(150, '[') + std::string(150, ']')), std::nullopt);
  EXPECT_EQ(CompactJson(std::string(100'000, '[')), std::nullopt);
}

TEST(BytesText, KeepsALineALine) {
  EXPECT_EQ(BytesText(AsBytes("a\nb\\\x01\xff\xc3\xa9"), ByteFormat::kText),
            "a\\nb\\\\\\x01\\xff\xc3\xa9");
  EXPECT_EQ(BytesText(AsBytes("\xff\x01"), ByteFormat::kHex), "ff01");
  EXPECT_EQ(BytesText(AsBytes("[1, 2]"), ByteFormat::kJson), "[1,2]");
  EXPECT_EQ(BytesText(AsBytes("no"), ByteFormat::kJson), "no");
}

TEST(BytesJson, IsAlwaysJson) {
  EXPECT_EQ(BytesJson(AsBytes("a\"\n\xff"), ByteFormat::kText), "\"a\\\"\\n\xef\xbf\xbd\"");
  EXPECT_EQ(BytesJson(AsBytes("[1, 2]"), ByteFormat::kJson), "[1,2]");
  EXPECT_EQ(BytesJson(AsBytes("no"), ByteFormat::kJson), "\"no\"");
}

TEST(Base64, IsThatOfRfc4648AndBack) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
  for (const auto& [plain, coded] : cases) {
    EXPECT_EQ(Base64(AsBytes(plain)), coded);
    const auto back = ParseBytes(coded, ByteFormat::kBase64);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(AsText(*back), plain);
  }
  EXPECT_FALSE(ParseBytes("Z", ByteFormat::kBase64).has_value());
  EXPECT_FALSE(ParseBytes("0g", ByteFormat::kHex).has_value());
}

}  // namespace
}  // namespace varve::text
