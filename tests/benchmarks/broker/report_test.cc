#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/broker/report/html.h"
#include "benchmarks/broker/report/json_value.h"
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
  figures.broker = Used{1.5, 64 << 20, 3 << 20};
  figures.more = {{"memory of each, KiB", 3.5}};
  run.rows.push_back({"first", figures});
  figures.broker.reset();
  figures.errors["NOT_LEADER_OR_FOLLOWER"] = 3;
  run.rows.push_back({"second", figures});
  return run;
}

JsonValue Parsed(std::string_view text) {
  const auto value = ParseJson(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : JsonValue();
}

TEST(ToJson, HasWhatProgramsNeed) {
  const JsonValue json = Parsed(ToJson(Example()));
  EXPECT_EQ(json["name"].text, "varve-bench");
  EXPECT_EQ(json["mode"].text, "produce");
  EXPECT_EQ(json["start"].text, "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(json["options"]["topic"].text, "orders \"x\"");
  EXPECT_GE(json["machine"]["cpus"].number, 1);
  ASSERT_EQ(json["rows"].elements.size(), 2);
  const JsonValue& row = json["rows"].elements[0];
  EXPECT_EQ(row["label"].text, "first");
  EXPECT_EQ(row["requests"].number, 1000);
  EXPECT_EQ(row["records_per_second"].number, 25'000);
  EXPECT_EQ(row["mib_per_second"].number, 512);
  EXPECT_EQ(row["latency_us"]["percentiles"]["99.9"].number, 999);
  EXPECT_EQ(row["latency_us"]["max"].number, 1000);
  ASSERT_EQ(row["latency_us"]["buckets"].elements.size(), 1000);
  EXPECT_EQ(row["latency_us"]["buckets"].elements[4].elements[0].number, 5);
  EXPECT_EQ(row["latency_us"]["buckets"].elements[4].elements[1].number, 1);
  EXPECT_EQ(row["own"]["cpu_seconds_per_gib"].number, 0.5);
  EXPECT_EQ(row["broker"]["cpu_seconds_per_gib"].number, 1.5);
  EXPECT_EQ(row["broker"]["cpu_us_per_request"].number, 1500);
  EXPECT_EQ(row["broker"]["memory_bytes_peak"].number, 64 << 20);
  EXPECT_EQ(row["broker"]["disk_bytes_read"].number, 3 << 20);
  EXPECT_TRUE(row["own"]["disk_bytes_read"].null());
  EXPECT_EQ(row["more"]["memory of each, KiB"].number, 3.5);
  EXPECT_TRUE(row["errors"].names.empty());
  const JsonValue& second = json["rows"].elements[1];
  EXPECT_TRUE(second["broker"].null());
  EXPECT_EQ(second["errors"]["NOT_LEADER_OR_FOLLOWER"].number, 3);
}

TEST(ToJson, HasNullWhereNothingWasMeasured) {
  bench::Run run{"produce", 0, {}};
  run.rows.push_back({"nothing", {}});
  const JsonValue json = Parsed(ToJson(run));
  const JsonValue& own = json["rows"].elements[0]["own"];
  EXPECT_EQ(own.kind, JsonValue::Kind::kObject);
  EXPECT_TRUE(own["cpu_seconds_per_gib"].null());
  EXPECT_TRUE(own["cpu_us_per_request"].null());
}

TEST(ParseJson, RefusesWhatIsNone) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":}", "1 2", "\xff"}) {
    EXPECT_EQ(ParseJson(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(ParseJson(std::string(1000, '[')).ok());
}

TEST(ReadRun, HasTheFiguresAgain) {
  const auto run = ReadRun("varved", ToJson(Example()));
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->mode, "produce");
  ASSERT_EQ(run->rows.size(), 2);
  EXPECT_EQ(run->rows[0].mib_per_second, 512);
  EXPECT_EQ(run->rows[0].latency.Percentile(99), 990);
  EXPECT_EQ(run->rows[0].server_cpu_per_gib, 1.5);
  EXPECT_EQ(run->rows[1].server_cpu_per_gib, std::nullopt);
  EXPECT_EQ(run->rows[1].errors, "NOT_LEADER_OR_FOLLOWER 3");
}

TEST(ReadRun, RefusesOtherFiles) {
  for (const char* text : {"", "{}", "[]", "{\"name\":\"other\"}"}) {
    EXPECT_EQ(ReadRun("a", text).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ToHtml, ShowsRunsSideBySideAndNeedsNothingElse) {
  std::vector<ToldRun> runs;
  for (const char* name : {"varved", "<kafka>"}) {
    auto run = ReadRun(name, ToJson(Example()));
    ASSERT_TRUE(run.ok());
    runs.push_back(*std::move(run));
  }
  const std::string html = ToHtml(runs);
  EXPECT_THAT(html, HasSubstr("first: varved"));
  EXPECT_THAT(html, HasSubstr("first: &lt;kafka&gt;"));
  EXPECT_THAT(html, HasSubstr("<polyline"));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("<kafka>")));
}

TEST(ToHtml, IsAPageWithoutAnythingMeasured) {
  bench::Run run{"produce", 0, {}};
  run.rows.push_back({"nothing", {}});
  const auto told = ReadRun("nothing", ToJson(run));
  ASSERT_TRUE(told.ok());
  EXPECT_THAT(ToHtml({*told}), Not(HasSubstr("nan")));
}

TEST(ToText, TellsOfErrorsByName) {
  const std::string text = ToText(Example());
  EXPECT_THAT(text, HasSubstr("25,000"));
  EXPECT_THAT(text, HasSubstr("512"));
  EXPECT_THAT(text, HasSubstr("error NOT_LEADER_OR_FOLLOWER: 3 times"));
  EXPECT_THAT(text, HasSubstr("memory of each, KiB: 3.5"));
  EXPECT_THAT(text, HasSubstr("3.0 MiB read from disks"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace varve::bench
