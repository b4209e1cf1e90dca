#include "server/wire/delete_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using wire::ErrorCode;

class DeleteRecordsTest : public ::testing::Test {
 protected:
  wire::DeleteRecordsResponse::Partition Delete(std::string_view topic, int64_t offset,
                                                int32_t partition = 0) {
    wire::DeleteRecordsRequest request;
    request.topics.push_back({topic, {{partition, offset}}});
    return machine.client().Call(request, 2).topics.at(0).partitions.at(0);
  }
  ErrorCode ErrorOf(std::string_view topic, int64_t offset, int32_t partition = 0) {
    const auto answer = Delete(topic, offset, partition);
    if (answer.error_code != ErrorCode::kNone) {
      EXPECT_EQ(answer.low_watermark, -1);
    }
    return answer.error_code;
  }
  int64_t Earliest() { return ListOffset(machine.client(), "t", wire::kEarliestTimestamp).offset; }
  ErrorCode FetchError(int64_t offset) {
    return Only(machine.client().Call(FetchOf("t", {{0, offset}}), kFetchVersion)).error_code;
  }
  // Five records at offsets of their names.
  void Fill() {
    CreateTopic(machine.client(), "t");
    for (const char* value : {"0", "1", "2", "3", "4"}) Put(machine, "t", {value});
  }

  Machine machine{{.config = "log.retention.check.interval.ms=1000\n"
                             "log.initial.task.delay.ms=0\nconnections.max.idle.ms=-1\n"}};
};

TEST_F(DeleteRecordsTest, WhatIsBelowIsNotServedAnyMore) {
  Fill();
  const auto answer = Delete("t", 3);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.low_watermark, 3);
  EXPECT_EQ(Earliest(), 3);
  EXPECT_EQ(FetchError(2), ErrorCode::kOffsetOutOfRange);
  const auto fetched = machine.client().Call(FetchOf("t", {{0, 3}}), kFetchVersion);
  EXPECT_EQ(Only(fetched).log_start_offset, 3);
  EXPECT_THAT(Get(machine.client(), "t", 3), ElementsAre("3", "4"));
}

TEST_F(DeleteRecordsTest, MinusOneDeletesAllThatConsumersSee) {
  Fill();
  EXPECT_EQ(Delete("t", wire::kDeleteToHighWatermark).low_watermark, 5);
  EXPECT_EQ(Earliest(), 5);
  EXPECT_EQ(Put(machine, "t", {"5"}), 5);
  EXPECT_THAT(Get(machine.client(), "t", 5), ElementsAre("5"));
}

TEST_F(DeleteRecordsTest, BelowTheStartNothingHappens) {
  Fill();
  Delete("t", 3);
  EXPECT_EQ(Delete("t", 1).low_watermark, 3);
  EXPECT_EQ(Delete("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Earliest(), 3);
}

TEST_F(DeleteRecordsTest, OffsetsThatTheLogDoesNotHave) {
  Fill();
  EXPECT_EQ(ErrorOf("t", 6), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(ErrorOf("t", -2), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(Delete("t", 5).low_watermark, 5);
}

TEST_F(DeleteRecordsTest, UnknownTopicsAndPartitions) {
  Fill();
  EXPECT_EQ(ErrorOf("none", 0), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ErrorOf("t", 0, 1), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ErrorOf("t", 0, -1), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(DeleteRecordsTest, TopicsThatMayOnlyBeCompacted) {
  CreateTopic(machine.client(), "c", 1, {{"cleanup.policy", "compact"}});
  EXPECT_EQ(ErrorOf("c", 0), ErrorCode::kPolicyViolation);
  CreateTopic(machine.client(), "both", 1, {{"cleanup.policy", "compact,delete"}});
  EXPECT_EQ(ErrorOf("both", 0), ErrorCode::kNone);
}

TEST_F(DeleteRecordsTest, EachEntryHasItsOwnAnswer) {
  Fill();
  CreateTopic(machine.client(), "u", 2);
  Put(machine, "u", {"a"}, 1);
  wire::DeleteRecordsRequest request;
  request.topics.push_back({"t", {{0, 2}}});
  request.topics.push_back({"u", {{0, 1}, {1, 1}}});
  const auto answer = machine.client().Call(request, 2);
  EXPECT_EQ(answer.topics.at(0).partitions.at(0).low_watermark, 2);
  EXPECT_EQ(answer.topics.at(1).partitions.at(0).error_code, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(answer.topics.at(1).partitions.at(1).low_watermark, 1);
}

TEST_F(DeleteRecordsTest, SegmentsBelowAreRemoved) {
  CreateTopic(machine.client(), "t", 1, {{"internal.segment.bytes", "200"}});
  for (int i = 0; i < 6; ++i) Put(machine, "t", {std::string(130, 'x')});
  Delete("t", 4);
  machine.RunFor(seconds(3));
  EXPECT_FALSE(machine.disk().Exists("/data/t-0/00000000000000000000.log"));
  EXPECT_EQ(Earliest(), 4);
}

TEST_F(DeleteRecordsTest, ACleanStopKeepsTheStart) {
  Fill();
  Delete("t", 3);
  machine.Restart();
  EXPECT_EQ(Earliest(), 3);
}

TEST_F(DeleteRecordsTest, ACrashKeepsTheStartOnceItWasCheckpointed) {
  for (const io::SimCrash kind : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    Fill();
    machine.RunFor(seconds(61));  // the records are durable
    Delete("t", 3);
    machine.RunFor(seconds(61));
    machine.Crash(kind);
    machine.Start();
    EXPECT_EQ(Earliest(), 3);
    EXPECT_THAT(Get(machine.client(), "t", 3), ElementsAre("3", "4"));
    DeleteTopic(machine.client(), "t");
  }
}

}  // namespace
}  // namespace varve::broker::test
