#include "tools/varve/records/json_record.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

std::string JsonOf(const ConsumedRecord& record) {
  std::string out;
  AppendJson(out, record);
  return out;
}

TEST(AppendJson, HasTextWhereItIsText) {
  ConsumedRecord record;
  record.topic = "t";
  record.partition = 1;
  record.offset = 5;
  record.timestamp_ms = 1'700'000'000'000;
  record.key = "k\"";
  record.value = "\xff";
  EXPECT_EQ(JsonOf(record),
            R"({"topic":"t","partition":1,"offset":5,"timestamp":1700000000000,"key":"k\"",)"
            R"("valueBase64":"/w=="})");
  record.key = std::nullopt;
  record.value = std::nullopt;
  record.timestamp_ms = -1;
  record.headers = {{"h", "x"}, {"h", std::nullopt}};
  EXPECT_EQ(JsonOf(record), R"({"topic":"t","partition":1,"offset":5,"key":null,"value":null,)"
                            R"("headers":[{"name":"h","value":"x"},{"name":"h","value":null}]})");
}

TEST(ParseJsonRecord, TakesBackEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& bytes :
       {all, std::string(), std::string("plain"), std::string(1, '\0')}) {
    ConsumedRecord record;
    record.topic = "t";
    record.timestamp_ms = 7;
    record.key = bytes;
    record.value = bytes;
    record.headers = {{"name", bytes}, {bytes, "value"}};
    const auto parsed = ParseJsonRecord(JsonOf(record));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->key, bytes);
    EXPECT_EQ(parsed->value, bytes);
    EXPECT_EQ(parsed->headers, (std::vector<Header>{{"name", bytes}, {bytes, "value"}}));
    EXPECT_EQ(parsed->timestamp_ms, 7);
    EXPECT_EQ(parsed->partition, 0);
  }
}

TEST(ParseJsonRecord, NeedsNoMember) {
  EXPECT_EQ(*ParseJsonRecord("{}"), Record());
  EXPECT_EQ(ParseJsonRecord(R"({"value":"x","key":null})")->value, "x");
  EXPECT_EQ(ParseJsonRecord(R"( { "timestamp" : 1700000000000 } )")->timestamp_ms,
            1'700'000'000'000);
}

TEST(ParseJsonRecord, SaysWhatIsWrong) {
  for (const char* text : {"",
                           "{",
                           "[]",
                           "5",
                           "null",
                           "\"a\"",
                           "{} {}",
                           R"({"vale":"x"})",
                           R"({"value":5})",
                           R"({"value":{}})",
                           R"({"value":true})",
                           R"({"key":["a"]})",
                           R"({"timestamp":"x"})",
                           R"({"timestamp":-5})",
                           R"({"partition":-1})",
                           R"({"partition":4294967296})",
                           R"({"partition":1.5})",
                           R"({"valueBase64":"?"})",
                           R"({"valueBase64":null})",
                           R"({"headers":{}})",
                           R"({"headers":["a"]})",
                           R"({"headers":[{"a":"b"}]})",
                           R"({"headers":[{"name":null}]})",
                           "{\"value\":\"\xff\"}",
                           R"({"value":"x")"}) {
    const auto parsed = ParseJsonRecord(text);
    EXPECT_TRUE(absl::IsInvalidArgument(parsed.status())) << text;
    EXPECT_FALSE(parsed.status().message().empty()) << text;
  }
  EXPECT_FALSE(ParseJsonRecord(std::string(1'000'000, '[')).ok());
}

}  // namespace
}  // namespace varve::cli
