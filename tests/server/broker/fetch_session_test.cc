#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wire::ErrorCode;
using namespace std::chrono_literals;

class FetchSessionTest : public ::testing::Test {
 protected:
  void SetUp() override { CreateTopic(client, "t", 3); }

  // A request of its own, and what it opened.
  int32_t Open(Client& on, const std::vector<FromPartition>& from) {
    wire::FetchRequest request = FetchOf("t", from);
    request.session_epoch = 0;
    const auto response = on.Call(request, kFetchVersion);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    return response.session_id;
  }
  static wire::FetchRequest Next(int32_t id, int32_t epoch) {
    wire::FetchRequest request;
    request.min_bytes = 1;
    request.session_id = id;
    request.session_epoch = epoch;
    return request;
  }

  Machine machine{{.shards = 1, .config = "max.incremental.fetch.session.cache.slots=2\n"}};
  Client& client = machine.client();
};

TEST_F(FetchSessionTest, TellsOnlyWhatChanged) {
  const int32_t id = Open(client, {{0}, {1}, {2}});
  ASSERT_NE(id, 0);
  EXPECT_THAT(client.Call(Next(id, 1), kFetchVersion).topics, IsEmpty());
  Put(machine, "t", {"a"}, 1);
  const auto changed = client.Call(Next(id, 2), kFetchVersion);
  EXPECT_EQ(changed.session_id, id);
  EXPECT_EQ(Only(changed).index, 1);
  EXPECT_THAT(Values(Only(changed).records.bytes), ElementsAre("a"));
  wire::FetchRequest moved = Next(id, 3);
  moved.topics = FetchOf("t", {{1, 1}}).topics;
  EXPECT_THAT(client.Call(moved, kFetchVersion).topics, IsEmpty());
}

TEST_F(FetchSessionTest, ForgetsAndAddsPartitions) {
  const int32_t id = Open(client, {{0}, {1}});
  wire::FetchRequest request = Next(id, 1);
  request.forgotten_topics.push_back({"t", {}, {0}});
  request.topics = FetchOf("t", {{2}}).topics;
  EXPECT_EQ(Only(client.Call(request, kFetchVersion)).index, 2);
  for (int32_t p = 0; p < 3; ++p) Put(machine, "t", {"a"}, p);
  const auto answer = client.Call(Next(id, 2), kFetchVersion);
  std::vector<int32_t> told;
  for (const auto& topic : answer.topics) {
    for (const auto& partition : topic.partitions) told.push_back(partition.index);
  }
  EXPECT_THAT(told, testing::UnorderedElementsAre(1, 2));
}

TEST_F(FetchSessionTest, WhoWasServedGoesToTheEnd) {
  for (int32_t p = 0; p < 3; ++p) Put(machine, "t", {"a"}, p);
  wire::FetchRequest request = FetchOf("t", {{0}, {1}, {2}});
  request.session_epoch = 0;
  request.max_bytes = 1;
  const int32_t id = client.Call(request, kFetchVersion).session_id;
  for (int32_t epoch = 1; epoch <= 3; ++epoch) {
    wire::FetchRequest next = Next(id, epoch);
    next.max_bytes = 1;
    const auto answer = client.Call(next, kFetchVersion);
    bool found = false;
    for (const auto& topic : answer.topics) {
      for (const auto& partition : topic.partitions) {
        if (!partition.records.bytes.empty()) {
          EXPECT_EQ(partition.index, epoch % 3);
          found = true;
        }
      }
    }
    EXPECT_TRUE(found);
  }
}

TEST_F(FetchSessionTest, WrongEpochsAndIdsAreRefused) {
  const int32_t id = Open(client, {{0}});
  EXPECT_EQ(client.Call(Next(id, 2), kFetchVersion).error_code,
            ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(client.Call(Next(id + 256, 1), kFetchVersion).error_code,
            ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(client.Call(Next(0, 1), kFetchVersion).error_code, ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(client.Call(Next(id, 1), kFetchVersion).error_code, ErrorCode::kNone);
}

TEST_F(FetchSessionTest, NamesAndIdsDoNotMix) {
  const int32_t id = Open(client, {{0}});
  EXPECT_EQ(client.Call(Next(id, 1), 13).error_code, ErrorCode::kFetchSessionTopicIdError);
}

TEST_F(FetchSessionTest, TheLastEpochClosesIt) {
  const int32_t id = Open(client, {{0}});
  wire::FetchRequest last = FetchOf("t", {{0}});
  last.session_id = id;
  last.session_epoch = -1;
  EXPECT_EQ(client.Call(last, kFetchVersion).session_id, 0);
  EXPECT_EQ(client.Call(Next(id, 1), kFetchVersion).error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionTest, AFullCacheDropsOnlyWhoWasIdle) {
  const int32_t first = Open(client, {{0}});
  const int32_t second = Open(client, {{0}});
  EXPECT_EQ(Open(client, {{0}}), 0);
  machine.RunFor(90s);
  EXPECT_EQ(client.Call(Next(second, 1), kFetchVersion).error_code, ErrorCode::kNone);
  machine.RunFor(60s);
  EXPECT_NE(Open(client, {{0}}), 0);
  EXPECT_EQ(client.Call(Next(first, 1), kFetchVersion).error_code,
            ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(client.Call(Next(second, 2), kFetchVersion).error_code, ErrorCode::kNone);
}

// A parked fetch keeps its session's memory while others drop and use it.
TEST_F(FetchSessionTest, ASessionMayBeClosedUnderAFetch) {
  const int32_t id = Open(client, {{0}, {1}});
  Client& parked = machine.Connect();
  wire::FetchRequest request = Next(id, 1);
  request.max_wait_ms = 5'000;
  parked.Send(request, kFetchVersion);
  machine.RunFor(1s);
  EXPECT_EQ(client.Call(Next(id, 2), kFetchVersion).error_code,
            ErrorCode::kInvalidFetchSessionEpoch);
  wire::FetchRequest last = FetchOf("t", {{0}});
  last.session_id = id;
  last.session_epoch = -1;
  client.Call(last, kFetchVersion);
  EXPECT_EQ(parked.Receive<wire::FetchResponse>(kFetchVersion).error_code, ErrorCode::kNone);
}

// Partitions that need not exist are remembered too: that has to end somewhere.
TEST(FetchSessions, TheirMemoryIsBounded) {
  io::SimWorld world;
  const auto loop = world.NewLoop();
  constexpr size_t kBytesMax = 1 << 20;
  FetchSessions sessions(*loop, 0, 100, kBytesMax);
  std::vector<FromPartition> many;
  for (int32_t i = 0; i < 1000; ++i) many.push_back({i});
  FetchSessionRef session = sessions.Open(FetchOf("t", many), false);
  ASSERT_NE(session, nullptr);
  wire::FetchRequest more;
  for (int32_t round = 1;; ++round) {
    ASSERT_LT(round, 100);
    for (FromPartition& from : many) from.index += 1000;
    more = FetchOf("t", many);
    more.session_id = session->id;
    more.session_epoch = round;
    EXPECT_LE(sessions.bytes(), kBytesMax);
    if (sessions.Continue(more, false).error == ErrorCode::kFetchSessionIdNotFound) break;
  }
  EXPECT_EQ(sessions.size(), 0u);
  EXPECT_EQ(sessions.bytes(), 0u);
}

}  // namespace
}  // namespace varve::broker::test
