#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/wire/init_producer_id.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Producers that number their batches: each batch once and in order, whatever is sent again.
namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using wire::ErrorCode;

// One with an id from the broker. Its batches hold one record each, called after its sequence.
class Producer {
 public:
  explicit Producer(Machine& machine) : machine_(machine) {
    const auto answer = machine.client().Call(wire::InitProducerIdRequest{}, 5);
    VARVE_CHECK(answer.error_code == ErrorCode::kNone, "no producer id");
    id_ = answer.producer_id;
  }

  Buffer At(int32_t sequence, int16_t epoch = 0) const {
    return Batch({fmt::format("{}", sequence)}, machine_.NowMs(),
                 {.producer_id = id_, .producer_epoch = epoch, .base_sequence = sequence});
  }
  wire::ProduceResponse::Partition Send(int32_t sequence, int16_t epoch = 0) {
    return Produce(machine_.client(), "t", 0, At(sequence, epoch));
  }

 private:
  Machine& machine_;
  int64_t id_ = -1;
};

class IdempotenceTest : public ::testing::Test {
 protected:
  IdempotenceTest() { CreateTopic(machine.client(), "t"); }

  Machine machine;
  Producer producer{machine};
};

TEST_F(IdempotenceTest, WhatIsSentAgainIsAnsweredAsBefore) {
  for (int32_t i = 0; i < 5; ++i) EXPECT_EQ(producer.Send(i).base_offset, i);
  for (int32_t i = 0; i < 5; ++i) {
    const auto again = producer.Send(i);
    EXPECT_EQ(again.error_code, ErrorCode::kNone);
    EXPECT_EQ(again.base_offset, i);
  }
  EXPECT_THAT(Get(machine.client(), "t"), ElementsAre("0", "1", "2", "3", "4"));
}

TEST_F(IdempotenceTest, FiveBatchesAreRemembered) {
  for (int32_t i = 0; i < 6; ++i) producer.Send(i);
  EXPECT_EQ(producer.Send(1).base_offset, 1);
  EXPECT_EQ(producer.Send(0).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Get(machine.client(), "t").size(), 6u);
}

TEST_F(IdempotenceTest, GapsAreRefused) {
  producer.Send(0);
  const auto gap = producer.Send(2);
  EXPECT_EQ(gap.error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(gap.base_offset, -1);
  EXPECT_EQ(producer.Send(1).base_offset, 1);
  EXPECT_EQ(producer.Send(2).base_offset, 2);
}

// As they come on one connection: enqueued together, each checked after those before it.
TEST_F(IdempotenceTest, FiveInFlight) {
  std::vector<std::vector<ToPartition>> batches;
  for (const int32_t sequence : {0, 1, 1, 3, 2}) {
    batches.push_back({});
    batches.back().push_back({0, producer.At(sequence)});
  }
  for (auto& to : batches) machine.client().Send(ProduceOf("t", to), kProduceVersion);
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < batches.size(); ++i) {
    const auto answer = machine.client().Receive<wire::ProduceResponse>(kProduceVersion);
    const auto& partition = answer.topics.at(0).partitions.at(0);
    const bool gap = partition.error_code == ErrorCode::kOutOfOrderSequenceNumber;
    offsets.push_back(gap ? -100 : partition.base_offset);
  }
  EXPECT_THAT(offsets, ElementsAre(0, 1, 1, -100, 2));
  EXPECT_THAT(Get(machine.client(), "t"), ElementsAre("0", "1", "2"));
}

TEST_F(IdempotenceTest, AnOlderEpochIsShutOut) {
  producer.Send(0, 3);
  EXPECT_EQ(producer.Send(1, 2).error_code, ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(producer.Send(1, 3).error_code, ErrorCode::kNone);
}

TEST_F(IdempotenceTest, ANewEpochBeginsAtZero) {
  producer.Send(0, 0);
  producer.Send(1, 0);
  EXPECT_EQ(producer.Send(2, 1).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(producer.Send(0, 1).base_offset, 2);
  EXPECT_EQ(producer.Send(2, 0).error_code, ErrorCode::kInvalidProducerEpoch);
}

// As Kafka since 2.5: retention may have taken everything that an old producer wrote.
TEST_F(IdempotenceTest, AnUnknownProducerBeginsAnywhere) {
  EXPECT_EQ(producer.Send(17).error_code, ErrorCode::kNone);
  EXPECT_EQ(producer.Send(18).error_code, ErrorCode::kNone);
  EXPECT_EQ(producer.Send(18).base_offset, 1);
}

TEST_F(IdempotenceTest, DeletingRecordsForgetsNobody) {
  producer.Send(0);
  producer.Send(1);
  wire::DeleteRecordsRequest request;
  request.topics.push_back({"t", {{0, 2}}});
  machine.client().Call(request, 2);
  EXPECT_EQ(producer.Send(1).base_offset, 1);
  EXPECT_EQ(producer.Send(3).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(producer.Send(2).base_offset, 2);
}

TEST_F(IdempotenceTest, AKilledBrokerRemembersAllFive) {
  for (int32_t i = 0; i < 7; ++i) producer.Send(i);
  machine.Crash(io::SimCrash::kProcess);
  machine.Start();
  for (int32_t i = 2; i < 7; ++i) EXPECT_EQ(producer.Send(i).base_offset, i);
  EXPECT_EQ(producer.Send(7).base_offset, 7);
}

TEST_F(IdempotenceTest, ACleanStopKeepsTheLastBatchOfEach) {
  for (int32_t i = 0; i < 3; ++i) producer.Send(i);
  machine.Restart();
  EXPECT_EQ(producer.Send(2).base_offset, 2);
  EXPECT_EQ(producer.Send(4).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(producer.Send(3).base_offset, 3);
}

// Whatever of it reached the disk, sending all of it again completes it.
TEST_F(IdempotenceTest, APowerLossLeavesNoGapAndNoDuplicate) {
  for (int32_t i = 0; i < 5; ++i) producer.Send(i);
  machine.Crash(io::SimCrash::kPower);
  machine.Start();
  for (int32_t i = 0; i < 5; ++i) EXPECT_EQ(producer.Send(i).error_code, ErrorCode::kNone);
  EXPECT_THAT(Get(machine.client(), "t"), ElementsAre("0", "1", "2", "3", "4"));
}

}  // namespace
}  // namespace varve::broker::test
