#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "benchmarks/broker/report/run.h"

namespace varve::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Run Example() {
  Run run{"produce", 1'700'000'000'000, {{"topic", "orders \"x\""}}};
  Figures figures;
  figures.seconds = 2;
  figures.requests = 1000;
  figures.records = 50'000;
  figures.bytes = uint64_t{1} << 30;
  for (uint64_t micros = 1; micros <= 1000; ++micros) figures.latency.Add(micros);
  figures.own.cpu_seconds = 0.5;
  figures.broker = Used{1.5, 64 << 20};
  figures.more = {{"memory of each, KiB", 3.5}};
  run.rows.push_back({"first", figures});
  figures.broker.reset();
  figures.errors["NOT_LEADER_OR_FOLLOWER"] = 3;
  run.rows.push_back({"second", figures});
  return run;
}

TEST(ToJson, HasWhatProgramsNeed) {
  rapidjson::Document json;
  json.Parse(ToJson(Example()).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["name"].GetString(), "varve-bench");
  EXPECT_STREQ(json["mode"].GetString(), "produce");
  EXPECT_STREQ(json["start"].GetString(), "2023-11-14T22:13:20.000Z");
  EXPECT_STREQ(json["options"]["topic"].GetString(), "orders \"x\"");
  EXPECT_GE(json["machine"]["cpus"].GetInt(), 1);
  ASSERT_EQ(json["rows"].Size(), 2);
  const auto& row = json["rows"][0];
  EXPECT_STREQ(row["label"].GetString(), "first");
  EXPECT_EQ(row["requests"].GetInt(), 1000);
  EXPECT_EQ(row["records_per_second"].GetDouble(), 25'000);
  EXPECT_EQ(row["mib_per_second"].GetDouble(), 512);
  EXPECT_EQ(row["latency_us"]["percentiles"]["99.9"].GetInt(), 999);
  EXPECT_EQ(row["latency_us"]["max"].GetInt(), 1000);
  EXPECT_EQ(row["latency_us"]["buckets"].Size(), 1000);
  EXPECT_EQ(row["latency_us"]["buckets"][4][0].GetInt(), 5);
  EXPECT_EQ(row["latency_us"]["buckets"][4][1].GetInt(), 1);
  EXPECT_EQ(row["own"]["cpu_seconds_per_gib"].GetDouble(), 0.5);
  EXPECT_EQ(row["broker"]["cpu_seconds_per_gib"].GetDouble(), 1.5);
  EXPECT_EQ(row["broker"]["cpu_us_per_request"].GetDouble(), 1500);
  EXPECT_EQ(row["broker"]["memory_bytes_peak"].GetInt64(), 64 << 20);
  EXPECT_EQ(row["more"]["memory of each, KiB"].GetDouble(), 3.5);
  EXPECT_EQ(row["errors"].MemberCount(), 0);
  EXPECT_TRUE(json["rows"][1]["broker"].IsNull());
  EXPECT_EQ(json["rows"][1]["errors"]["NOT_LEADER_OR_FOLLOWER"].GetInt(), 3);
}

TEST(ToJson, HasNullWhereNothingWasMeasured) {
  bench::Run run{"produce", 0, {}};
  run.rows.push_back({"nothing", {}});
  rapidjson::Document json;
  json.Parse(ToJson(run).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_TRUE(json["rows"][0]["own"]["cpu_seconds_per_gib"].IsNull());
  EXPECT_TRUE(json["rows"][0]["own"]["cpu_us_per_request"].IsNull());
}

TEST(ToText, TellsOfErrorsByName) {
  const std::string text = ToText(Example());
  EXPECT_THAT(text, HasSubstr("25,000"));
  EXPECT_THAT(text, HasSubstr("512"));
  EXPECT_THAT(text, HasSubstr("error NOT_LEADER_OR_FOLLOWER: 3 times"));
  EXPECT_THAT(text, HasSubstr("memory of each, KiB: 3.5"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace varve::bench
