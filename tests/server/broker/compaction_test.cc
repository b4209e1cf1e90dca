#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/record/builder.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Compacted topics, as clients see them.
namespace varve::broker::test {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// Records whose keys are the first letters of their values.
Buffer KeyedBatch(Machine& machine, const std::vector<std::string>& values,
                  record::Codec codec = record::Codec::kNone) {
  record::BatchBuilder builder({.codec = codec});
  for (const std::string& value : values) {
    builder.Append({.timestamp = machine.NowMs(),
                    .key = AsBytes(std::string_view(value).substr(0, 1)),
                    .value = AsBytes(value)});
  }
  return builder.Build();
}

void PutKeyed(Machine& machine, const std::vector<std::string>& values,
              record::Codec codec = record::Codec::kNone) {
  const auto answer = Produce(machine.client(), "t", 0, KeyedBatch(machine, values, codec));
  EXPECT_EQ(answer.error_code, wire::ErrorCode::kNone);
}

// Everything there is: a fetch ends with the segment that it begins in.
std::vector<std::string> GetAll(Client& client) {
  std::vector<std::string> values;
  const int64_t end = ListOffset(client, "t", wire::kLatestTimestamp).offset;
  for (int64_t offset = 0; offset < end;) {
    const std::vector<FromPartition> from{{.offset = offset}};
    const wire::FetchResponse response = client.Call(FetchOf("t", from), kFetchVersion);
    Bytes batches = Only(response).records.bytes;
    if (batches.empty()) break;
    for (const std::string& value : Values(batches)) values.push_back(value);
    for (; !batches.empty(); batches = batches.subspan(record::BatchView(batches).size_bytes())) {
      offset = record::BatchView(batches).next_offset();
    }
  }
  return values;
}

void CreateCompacted(Machine& machine, std::string_view policy = "compact") {
  CreateTopic(machine.client(), "t", 1,
              {{"cleanup.policy", std::string(policy)},
               {"internal.segment.bytes", "200"},
               {"file.delete.delay.ms", "1000"},
               {"min.cleanable.dirty.ratio", "0.01"}});
}

TEST(Compaction, ATopicShrinksToTheLastValueOfEachKey) {
  Machine machine;
  CreateCompacted(machine);
  std::vector<std::string> all;
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    PutKeyed(machine, {"a" + number, "b" + number, "c" + number},
             static_cast<record::Codec>(i % record::kCodecCount));
    for (const char* key : {"a", "b", "c"}) all.push_back(key + number);
  }
  PutKeyed(machine, {"z"});
  all.emplace_back("z");
  EXPECT_THAT(GetAll(machine.client()), ElementsAreArray(all));
  machine.RunFor(seconds(20));
  const std::vector<std::string> left = GetAll(machine.client());
  // What shares the active segment with the last record is not compacted yet.
  EXPECT_LT(left.size(), 8u);
  std::map<char, std::string> last;
  for (const std::string& value : left) last[value[0]] = value;
  EXPECT_EQ(last['a'], "a9");
  EXPECT_EQ(last['b'], "b9");
  EXPECT_EQ(last['c'], "c9");
  EXPECT_EQ(last['z'], "z");
  EXPECT_EQ(ListOffset(machine.client(), "t", wire::kLatestTimestamp).offset, 31);
  EXPECT_EQ(ListOffset(machine.client(), "t", wire::kEarliestTimestamp).offset, 0);

  machine.RunFor(seconds(10));  // checkpoints
  EXPECT_TRUE(machine.disk().Exists("/data/cleaner-offset-checkpoint"));
  machine.Restart();
  EXPECT_THAT(GetAll(machine.client()), ElementsAreArray(left));
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  EXPECT_THAT(GetAll(machine.client()), ElementsAreArray(left));
}

TEST(Compaction, ConsumersGoOnWhileItRuns) {
  Machine machine({.config = "log.cleaner.backoff.ms=10\n"});
  CreateCompacted(machine);
  for (int i = 0; i < 60; ++i) {
    PutKeyed(machine, {"a" + std::to_string(i), "b" + std::to_string(i)});
    machine.RunFor(std::chrono::milliseconds(20));
    const std::vector<std::string> seen = GetAll(machine.client());
    ASSERT_GE(seen.size(), 2u);
    EXPECT_EQ(seen[seen.size() - 2], "a" + std::to_string(i));
    EXPECT_EQ(seen.back(), "b" + std::to_string(i));
  }
}

TEST(Compaction, ADeletedTopicIsLeft) {
  Machine machine({.config = "log.cleaner.io.max.bytes.per.second=500\n"});
  CreateCompacted(machine);
  for (int i = 0; i < 30; ++i) PutKeyed(machine, {"a" + std::to_string(i)});
  machine.RunFor(seconds(17));  // it is being compacted, slowly
  EXPECT_EQ(DeleteTopic(machine.client(), "t"), wire::ErrorCode::kNone);
  CreateCompacted(machine);
  PutKeyed(machine, {"b"});
  EXPECT_THAT(GetAll(machine.client()), ElementsAre("b"));
}

TEST(Compaction, CanBeSwitchedOff) {
  Machine machine({.config = "log.cleaner.enable=false\n"});
  CreateCompacted(machine);
  for (int i = 0; i < 30; ++i) PutKeyed(machine, {"a" + std::to_string(i)});
  machine.RunFor(seconds(40));
  EXPECT_EQ(GetAll(machine.client()).size(), 30u);
}

}  // namespace
}  // namespace varve::broker::test
