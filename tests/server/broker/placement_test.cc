#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/server/broker/http_words.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Which shard serves a connection.
namespace varve::broker::test {
namespace {

using ::testing::ElementsAre;
using wire::ErrorCode;
using namespace std::chrono_literals;

struct Placement : testing::Test {
  // Connections by shard.
  std::array<double, 2> Counts() {
    const std::string text = HttpGet(machine, "/metrics").body;
    std::array<double, 2> counts{};
    for (size_t i = 0; i < counts.size(); ++i) {
      counts.at(i) =
          ValueOf(text, fmt::format("kafka_server_socketservermetrics_connection_count"
                                    "{{listener=\"PLAINTEXT\",network_processor=\"{}\"}}",
                                    i));
    }
    return counts;
  }
  static ErrorCode PutOver(Client& client, int32_t partition) {
    return Produce(client, "t", partition, Batch({"a"}, 1)).error_code;
  }

  Machine machine{{.config = kHttpConfig}};
  Client& admin = machine.client();  // on the first shard
};

// Of two connections to the second shard, each for a partition of another shard, one goes.
TEST_F(Placement, WhereThePartitionsAre) {
  CreateTopic(admin, "t", 2);
  std::array<Client*, 2> clients{};
  for (Client*& client : clients) {
    client = &machine.Connect();
    machine.Connect();  // to the first shard
  }
  ASSERT_THAT(Counts(), ElementsAre(3, 2));
  for (int32_t p = 0; p < 2; ++p) {
    EXPECT_EQ(PutOver(*clients.at(static_cast<size_t>(p)), p), ErrorCode::kNone);
  }
  EXPECT_THAT(Counts(), ElementsAre(4, 1));
}

TEST_F(Placement, OfAConsumerToo) {
  CreateTopic(admin, "t", 2);
  std::array<Client*, 2> clients{};
  for (Client*& client : clients) {
    client = &machine.Connect();
    machine.Connect();
  }
  for (int32_t p = 0; p < 2; ++p) {
    EXPECT_THAT(Get(*clients.at(static_cast<size_t>(p)), "t", 0, p), ElementsAre());
  }
  EXPECT_THAT(Counts(), ElementsAre(4, 1));
}

TEST_F(Placement, WhoeverAsksSeveralShardsStays) {
  CreateTopic(admin, "t", 2);
  for (int i = 0; i < 4; ++i) {
    Client& client = machine.Connect();
    client.Call(FetchOf("t", {{0}, {1}}), kFetchVersion);
    EXPECT_EQ(PutOver(client, 0), ErrorCode::kNone);
    EXPECT_EQ(PutOver(client, 1), ErrorCode::kNone);
  }
  EXPECT_THAT(Counts(), ElementsAre(3, 2));
}

TEST_F(Placement, OnePartitionForEverybodyDoesNotBringEverybodyToOneShard) {
  CreateTopic(admin, "t");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(PutOver(machine.Connect(), 0), ErrorCode::kNone);
  const std::array<double, 2> counts = Counts();
  EXPECT_EQ(counts[0] + counts[1], 11);
  EXPECT_GE(counts[0], 4);
  EXPECT_GE(counts[1], 4);
}

TEST_F(Placement, AFetchSessionBeginsWhereTheConnectionWillBe) {
  CreateTopic(admin, "t", 2);
  for (int i = 0; i < 4; ++i) {
    Client& client = machine.Connect();
    wire::FetchRequest request = FetchOf("t", {{i % 2}});
    request.session_epoch = 0;
    const int32_t id = client.Call(request, kFetchVersion).session_id;
    ASSERT_NE(id, 0);
    wire::FetchRequest next;
    next.session_id = id;
    for (next.session_epoch = 1; next.session_epoch < 4; ++next.session_epoch) {
      EXPECT_EQ(client.Call(next, kFetchVersion).error_code, ErrorCode::kNone);
    }
  }
}

TEST_F(Placement, RequestsUnderWayKeepTheirOrder) {
  CreateTopic(admin, "t", 2);
  constexpr int kRequests = 20;
  for (int32_t p = 0; p < 2; ++p) {
    Client& client = machine.Connect();
    machine.Connect();
    std::vector<std::vector<ToPartition>> to(kRequests);
    for (int i = 0; i < kRequests; ++i) {
      to[static_cast<size_t>(i)].push_back({p, Batch({std::to_string(i)}, 1)});
      client.Send(ProduceOf("t", to[static_cast<size_t>(i)]), kProduceVersion);
    }
    for (int i = 0; i < kRequests; ++i) {
      const auto answer = client.TryReceive<wire::ProduceResponse>(kProduceVersion);
      ASSERT_TRUE(answer.ok());
      EXPECT_EQ(answer->topics[0].partitions[0].base_offset, i);
    }
  }
}

TEST(PlacementLimits, OneThatMovedIsStillCountedAndForgottenAtItsEnd) {
  Machine machine({.config = "max.connections.per.ip=3\n"});
  CreateTopic(machine.client(), "t", 2);
  for (int i = 0; i < 5; ++i) {
    Client& one = machine.Connect();
    Client& other = machine.Connect();
    EXPECT_EQ(Produce(one, "t", 0, Batch({"a"}, 1)).error_code, ErrorCode::kNone);
    EXPECT_EQ(Produce(other, "t", 1, Batch({"a"}, 1)).error_code, ErrorCode::kNone);
    EXPECT_TRUE(machine.Connect().Closed());
    one.stream().Shutdown();
    other.stream().Shutdown();
    machine.RunFor(1s);
  }
}

}  // namespace
}  // namespace varve::broker::test
