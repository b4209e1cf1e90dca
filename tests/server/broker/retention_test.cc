#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Topics that give up their oldest records, as their clients see it.
namespace varve::broker::test {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr std::string_view kOften =
    "log.retention.check.interval.ms=1000\nlog.initial.task.delay.ms=0\n"
    "connections.max.idle.ms=-1\n";

// Ten batches of about 200 bytes, two a segment; values are their offsets.
void Fill(Machine& machine, std::string_view topic, int64_t timestamp) {
  for (int i = 0; i < 10; ++i) {
    std::string value = std::to_string(i);
    value.resize(130, '.');
    const auto produced = Produce(machine.client(), topic, 0, Batch({std::move(value)}, timestamp));
    ASSERT_EQ(produced.error_code, wire::ErrorCode::kNone);
  }
}

int64_t Earliest(Machine& machine, std::string_view topic) {
  return ListOffset(machine.client(), topic, wire::kEarliestTimestamp).offset;
}

// All values from `offset` on: a fetch reads one segment of a partition.
std::vector<std::string> All(Machine& machine, std::string_view topic, int64_t offset) {
  std::vector<std::string> all;
  for (;;) {
    const auto more = Get(machine.client(), topic, offset + static_cast<int64_t>(all.size()));
    if (more.empty()) return all;
    all.insert(all.end(), more.begin(), more.end());
  }
}

wire::ErrorCode FetchError(Machine& machine, std::string_view topic, int64_t offset) {
  const auto fetched = machine.client().Call(FetchOf(topic, {{0, offset}}), kFetchVersion);
  return Only(fetched).error_code;
}

size_t Files(Machine& machine, const std::string& directory, std::string_view suffix) {
  const auto names = *machine.disk().Names(directory);
  return static_cast<size_t>(
      std::ranges::count_if(names, [&](const auto& name) { return name.ends_with(suffix); }));
}

TEST(Retention, ATopicShrinksToItsSize) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"internal.segment.bytes", "450"}, {"retention.bytes", "1000"}});
  Fill(machine, "t", machine.NowMs());
  machine.RunFor(seconds(3));
  EXPECT_EQ(Earliest(machine, "t"), 4);
  EXPECT_EQ(FetchError(machine, "t", 3), wire::ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(All(machine, "t", 4).size(), 6u);
  EXPECT_EQ(Files(machine, "/data/t-0", ".log"), 3u);
  EXPECT_EQ(Files(machine, "/data/t-0", ".log.deleted"), 2u);
  machine.RunFor(seconds(61));
  EXPECT_EQ(Files(machine, "/data/t-0", ".deleted"), 0u);
}

TEST(Retention, OldRecordsGoAndNewOnesStay) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"internal.segment.bytes", "450"}, {"retention.ms", "10000"}});
  Fill(machine, "t", machine.NowMs());
  machine.RunFor(seconds(5));
  EXPECT_EQ(Earliest(machine, "t"), 0);
  machine.RunFor(seconds(8));
  EXPECT_EQ(Earliest(machine, "t"), 10);
  EXPECT_EQ(Put(machine, "t", {"new"}), 10);
  machine.RunFor(seconds(5));
  EXPECT_THAT(Get(machine.client(), "t", 10), ElementsAre("new"));
}

TEST(Retention, RecordsOfLongAgoCanBeReadForAWhile) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1, {{"internal.segment.bytes", "450"}});
  Fill(machine, "t", 1000);
  machine.RunFor(seconds(3000));
  EXPECT_EQ(All(machine, "t", 0).size(), 10u);
  machine.RunFor(seconds(700));
  EXPECT_EQ(Earliest(machine, "t"), 10);
}

TEST(Retention, ATimestampOfTheFutureKeepsNothing) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"retention.ms", "10000"}, {"message.timestamp.after.max.ms", "100000"}});
  Fill(machine, "t", machine.NowMs() + 90'000);  // permitted, and then it is past
  machine.RunFor(seconds(50));
  EXPECT_EQ(Earliest(machine, "t"), 0);
  machine.RunFor(seconds(60));
  EXPECT_EQ(Earliest(machine, "t"), 10);
}

TEST(Retention, TheNewStartOutlivesTheProcess) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"internal.segment.bytes", "450"}, {"retention.bytes", "1000"}});
  Fill(machine, "t", machine.NowMs());
  machine.RunFor(seconds(3));
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  EXPECT_EQ(Earliest(machine, "t"), 4);
  machine.Restart();
  EXPECT_EQ(Earliest(machine, "t"), 4);
  EXPECT_EQ(Files(machine, "/data/t-0", ".deleted"), 0u);
}

TEST(Retention, ACompactedTopicLosesNothingByAge) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"cleanup.policy", "compact"}, {"retention.ms", "1000"}, {"segment.ms", "60000"}});
  record::BatchBuilder builder(record::BatchOptions{});
  builder.Append({.timestamp = machine.NowMs(), .key = AsBytes("k"), .value = AsBytes("v")});
  Produce(machine.client(), "t", 0, builder.Build());
  machine.RunFor(seconds(70));
  EXPECT_THAT(Get(machine.client(), "t"), ElementsAre("v"));
  EXPECT_EQ(Files(machine, "/data/t-0", ".log"), 2u);  // the old segment was closed, though
}

// A fetch that waits is told of new bytes also when old ones have gone meanwhile.
TEST(Retention, AWaitingFetchIsWokenAfterADeletion) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1,
              {{"internal.segment.bytes", "450"}, {"retention.bytes", "1000"}});
  Fill(machine, "t", machine.NowMs());
  wire::FetchRequest fetch = FetchOf("t", {{0, 10}});
  fetch.max_wait_ms = 20'000;
  fetch.min_bytes = 1;
  Client& waiting = machine.Connect();
  waiting.Send(fetch, kFetchVersion);
  machine.RunFor(seconds(3));
  EXPECT_FALSE(waiting.Ready());
  EXPECT_EQ(Put(machine, "t", {"new"}), 10);
  machine.RunFor(seconds(1));
  EXPECT_TRUE(waiting.Ready());
}

}  // namespace
}  // namespace varve::broker::test
