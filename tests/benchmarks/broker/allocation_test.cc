#include <gtest/gtest.h>

#include "benchmarks/broker/frames/batches.h"
#include "benchmarks/broker/frames/fetch_walk.h"
#include "benchmarks/broker/mode/modes.h"
#include "server/wire/fetch.h"
#include "server/wire/message.h"
#include "tests/memory/allocation_count.h"

namespace varve::bench {
namespace {

// Of a whole run against a thread that answers at once, both sides together.
uint64_t AllocationsOf(uint64_t requests) {
  Common common;
  common.warm_up_ms = 0;
  common.duration_ms = 600'000;
  common.requests = requests;
  EchoOptions options;
  options.produce.batch.records = 1;
  const uint64_t before = test::AllocationCount();
  const auto rows = RunEcho(common, options);
  EXPECT_TRUE(rows.ok()) << rows.status();
  if (rows.ok()) {
    EXPECT_GE(rows->front().figures.requests, requests);
  }
  return test::AllocationCount() - before;
}

TEST(Allocations, DoNotGrowWithTheNumberOfRequests) {
  if (test::kCoroutinesAllocate) GTEST_SKIP() << "each coroutine is one";
  const uint64_t few = AllocationsOf(1);
  const uint64_t many = AllocationsOf(20'000);
  EXPECT_LT(many, few + 2'000);
}

TEST(Allocations, AreNotNeededToWalkAnswers) {
  io::Random random(1);
  const Buffer records = MakeBatch({.records = 10}, 0, random);
  wire::FetchResponse response;
  response.topics.emplace_back().partitions.emplace_back().records.bytes = records;
  Buffer frame;
  std::vector<wire::Splice> splices;
  constexpr int kVersion = wire::FetchApi::kMax;
  ASSERT_TRUE(wire::EncodeResponse(0, kVersion, response, frame, splices).ok());
  uint64_t answers = 0;
  FetchWalk walk(kVersion, [&answers](const FetchWalk::Answer&) {
    ++answers;
    return absl::OkStatus();
  });
  const uint64_t before = test::AllocationCount();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(walk.Feed(frame).ok());
  EXPECT_EQ(test::AllocationCount(), before);
  EXPECT_EQ(answers, 100);
}

}  // namespace
}  // namespace varve::bench
