#include <gtest/gtest.h>

#include <set>

#include "engine/log/counters.h"
#include "server/metrics/request_counters.h"
#include "server/metrics/topic_counters.h"
#include "server/wire/error_tally.h"
#include "server/wire/metadata.h"
#include "server/wire/produce.h"

namespace varve::metrics {
namespace {

using wire::ErrorCode;

TEST(ApiCounters, EveryErrorHasItsPlace) {
  std::set<size_t> places;
  for (int code = -1; code <= 133; ++code) {
    const size_t index = ApiCounters::IndexOf(static_cast<ErrorCode>(code));
    EXPECT_TRUE(places.insert(index).second) << code;
    EXPECT_EQ(static_cast<int>(ApiCounters::ErrorAt(index)), code);
  }
  EXPECT_EQ(ApiCounters::ErrorAt(ApiCounters::IndexOf(static_cast<ErrorCode>(1000))),
            ErrorCode::kUnknownServerError);
  EXPECT_EQ(ApiCounters::ErrorAt(ApiCounters::IndexOf(static_cast<ErrorCode>(-7))),
            ErrorCode::kUnknownServerError);
}

TEST(RequestCounters, ThereIsNothingOfWhatNobodyAsked) {
  RequestCounters counters;
  EXPECT_EQ(counters.Find(0), nullptr);
  counters.Of(wire::ApiKey::kProduce).Add(ErrorCode::kNone);
  ASSERT_NE(counters.Find(0), nullptr);
  EXPECT_EQ(counters.Find(1), nullptr);
  EXPECT_EQ(&counters.Of(wire::ApiKey::kProduce), counters.Find(0));
}

TEST(TopicTable, FindsWhatItHas) {
  TopicTable table;
  for (uint64_t i = 0; i < 100; ++i) table.Of({1, i}).messages_in = i;
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(table.Of({1, i}).messages_in, i);
  EXPECT_EQ(table.entries().size(), 100u);
}

TEST(TopicTable, ForgetsWhatIsGone) {
  TopicTable table;
  for (uint64_t i = 0; i < 100; ++i) table.Of({1, i}).bytes_in = i;
  table.EraseIf([](const Uuid& id) { return id.low % 3 != 0; });
  EXPECT_EQ(table.entries().size(), 34u);
  for (uint64_t i = 0; i < 100; i += 3) EXPECT_EQ(table.Of({1, i}).bytes_in, i);
  EXPECT_EQ(table.Of({1, 1}).bytes_in, 0u);
  table.EraseIf([](const Uuid&) { return true; });
  EXPECT_TRUE(table.entries().empty());
}

std::multiset<ErrorCode> ErrorsIn(const auto& message, int version) {
  std::multiset<ErrorCode> errors;
  wire::ForEachError(message, version, [&](ErrorCode code) { errors.insert(code); });
  return errors;
}

TEST(ForEachError, FindsThoseOfEntries) {
  wire::ProduceResponse response;
  auto& topic = response.topics.emplace_back();
  topic.partitions.resize(3);
  topic.partitions[1].error_code = ErrorCode::kMessageTooLarge;
  EXPECT_EQ(ErrorsIn(response, 9), (std::multiset<ErrorCode>{ErrorCode::kNone, ErrorCode::kNone,
                                                             ErrorCode::kMessageTooLarge}));
}

TEST(ForEachError, PassesOverWhatTheVersionDoesNotCarry) {
  wire::MetadataResponse response;
  auto& topic = response.topics.emplace_back();
  topic.error_code = ErrorCode::kUnknownTopicOrPartition;
  topic.partitions.resize(1);
  EXPECT_EQ(ErrorsIn(response, 12),
            (std::multiset<ErrorCode>{ErrorCode::kNone, ErrorCode::kUnknownTopicOrPartition}));
  EXPECT_EQ(ErrorsIn(response, 13),
            (std::multiset<ErrorCode>{ErrorCode::kNone, ErrorCode::kNone,
                                      ErrorCode::kUnknownTopicOrPartition}));
}

TEST(SizeCounts, ByPowersOfTwo) {
  log::SizeCounts sizes;
  for (const uint64_t size : {1, 2, 3, 4, 5, 8, 9, 1 << 20}) sizes.Add(size);
  EXPECT_EQ(sizes.counts[0], 1u);
  EXPECT_EQ(sizes.counts[1], 1u);
  EXPECT_EQ(sizes.counts[2], 2u);
  EXPECT_EQ(sizes.counts[3], 2u);
  EXPECT_EQ(sizes.counts[4], 1u);
  EXPECT_EQ(sizes.counts[log::SizeCounts::kBuckets - 1], 1u);
  EXPECT_EQ(sizes.sum, 32u + (1 << 20));
}

}  // namespace
}  // namespace varve::metrics
