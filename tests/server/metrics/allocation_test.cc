// Once an API and a topic have been met, counting takes no memory.

#include <gtest/gtest.h>

#include "server/metrics/shard_counters.h"
#include "server/wire/error_tally.h"
#include "server/wire/fetch.h"
#include "tests/memory/allocation_count.h"

namespace varve::metrics {
namespace {

using namespace std::chrono_literals;

// What is counted of one request for eight topics.
void CountOne(ShardCounters& counters, const wire::FetchResponse& response, io::MonoTime now) {
  ApiCounters& api = counters.requests.Of(wire::ApiKey::kFetch);
  wire::ForEachError(response, 12, [&api](wire::ErrorCode code) { api.Add(code); });
  api.Add(12, {1us, 20us, 300us}, now);
  for (uint64_t topic = 0; topic < 8; ++topic) ++counters.topics.Of({1, topic}).fetch_requests;
}

TEST(Allocations, NoneOnceEverythingWasMet) {
  ShardCounters counters;
  wire::FetchResponse response;
  response.topics.resize(8);
  for (auto& topic : response.topics) topic.partitions.resize(4);
  io::MonoTime now{1000s};
  CountOne(counters, response, now);
  const uint64_t before = test::AllocationCount();
  for (int i = 0; i < 10'000; ++i) CountOne(counters, response, now += 50ms);
  EXPECT_EQ(test::AllocationCount(), before);
  EXPECT_EQ(counters.requests.Of(wire::ApiKey::kFetch).requests[12], 10'001u);
}

}  // namespace
}  // namespace varve::metrics
