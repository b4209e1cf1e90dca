#include <gtest/gtest.h>

#include "tools/varve/records/input_format.h"
#include "tools/varve/records/output_format.h"

namespace varve::cli {
namespace {

using text::ByteFormat;

std::string Formatted(std::string_view format, const ConsumedRecord& record,
                      ByteFormat key = ByteFormat::kText, ByteFormat value = ByteFormat::kText) {
  const auto parsed = OutputFormat::Parse(format, key, value);
  if (!parsed.ok()) return "refused";
  std::string out;
  parsed->Append(out, record);
  return out;
}

ConsumedRecord Example() {
  ConsumedRecord record;
  record.topic = "t";
  record.partition = 2;
  record.offset = 7;
  record.timestamp_ms = 1'700'000'000'123;
  record.key = "k\n";
  record.value = "v\xff";
  record.headers = {{"a", "1"}, {"b", std::nullopt}};
  return record;
}

TEST(OutputFormat, PutsPartsInTheirPlaces) {
  EXPECT_EQ(Formatted("%t[%p]@%o %T %D\\n", Example()),
            "t[2]@7 1700000000123 2023-11-14T22:13:20.123Z\n");
  EXPECT_EQ(Formatted("%k=%s|%K %S|%h|%%\\t\\x41", Example()), "k\n=v\xff|2 2|a=1,b=|%\tA");
  EXPECT_EQ(Formatted("%k %s", Example(), ByteFormat::kHex, ByteFormat::kBase64), "6b0a dv8=");
}

TEST(OutputFormat, KnowsNull) {
  EXPECT_EQ(Formatted("%k|%K|%s|%S|%h|%D", ConsumedRecord()), "|-1||-1||none");
}

TEST(OutputFormat, RefusesWhatStandsForNothing) {
  for (const char* text : {"%", "%x", "a%", "\\", "\\q", "\\x4", "\\xzz"}) {
    EXPECT_EQ(Formatted(text, Example()), "refused") << text;
  }
}

TEST(Unescape, ReadsWhatIsHardToType) {
  EXPECT_EQ(*Unescape("a\\n\\t\\r\\\\\\x1e"), "a\n\t\r\\\x1e");
  EXPECT_EQ(*Unescape("\\0"), std::string(1, '\0'));
  EXPECT_EQ(*Unescape(""), "");
}

TEST(ParseRecord, TakesAPieceAsTheValue) {
  const auto record = ParseRecord({}, "a:b");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->value, "a:b");
}

TEST(ParseRecord, SeparatesTheKeyAtTheFirstDelimiter) {
  InputFormat format;
  format.key_delimiter = ":";
  EXPECT_EQ(ParseRecord(format, "a:b:c")->key, "a");
  EXPECT_EQ(ParseRecord(format, "a:b:c")->value, "b:c");
  EXPECT_EQ(ParseRecord(format, ":b")->key, "");
  EXPECT_FALSE(ParseRecord(format, "abc").ok());
  format.empty_is_null = true;
  EXPECT_EQ(ParseRecord(format, ":b")->key, std::nullopt);
  EXPECT_EQ(ParseRecord(format, "a:")->value, std::nullopt);
}

TEST(ParseRecord, DecodesBytes) {
  InputFormat format;
  format.key_delimiter = ":";
  format.key_format = ByteFormat::kHex;
  format.value_format = ByteFormat::kBase64;
  const auto record = ParseRecord(format, "00ff:dv8=");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->key, std::string("\0\xff", 2));
  EXPECT_EQ(record->value, "v\xff");
  EXPECT_FALSE(ParseRecord(format, "0:dv8=").ok());
}

TEST(ParseRecord, AddsWhatAllRecordsHave) {
  InputFormat format;
  format.json = true;
  format.key = "k";
  format.partition = 3;
  format.headers = {{"all", "1"}};
  const auto record = ParseRecord(format, R"({"value":"v","headers":[{"name":"own"}]})");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->key, "k");
  EXPECT_EQ(record->partition, 3);
  EXPECT_EQ(record->headers, (std::vector<Header>{{"all", "1"}, {"own", std::nullopt}}));
  EXPECT_EQ(ParseRecord(format, R"({"key":"own","partition":0})")->key, "own");
  EXPECT_EQ(ParseRecord(format, R"({"key":"own","partition":0})")->partition, 0);
  format.any_partition = true;
  EXPECT_EQ(ParseRecord(format, R"({"partition":0})")->partition, 3);
}

TEST(ParseHeaders, ReadsNamesAndValues) {
  EXPECT_EQ(*ParseHeaders({"a=b=c", "d", "e="}),
            (std::vector<Header>{{"a", "b=c"}, {"d", std::nullopt}, {"e", ""}}));
  EXPECT_FALSE(ParseHeaders({"=b"}).ok());
  EXPECT_FALSE(ParseHeaders({""}).ok());
}

}  // namespace
}  // namespace varve::cli
