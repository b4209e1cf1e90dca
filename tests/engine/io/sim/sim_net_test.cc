#include <gtest/gtest.h>

#include <set>

#include "engine/io/net.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sync.h"
#include "tests/engine/io/sim/sim_machine.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;

// Two ends of a connection, on two loops.
struct Pair {
  explicit Pair(SimOptions options = {}) : machine(options), other(machine.world.NewLoop()) {
    listener = machine.world.Run(*other, other->net().Listen({"", 9092}, {})).value();
    client = machine.world.Run(*machine.loop, machine.loop->net().Connect(At(), kNever)).value();
    auto socket = machine.world.Run(*other, listener->Accept()).value();
    server = other->net().Adopt(std::move(socket), {});
  }

  static Endpoint At() { return {"localhost", 9092}; }
  absl::Status Write(Stream& stream, std::string_view text) {
    const Bytes pieces[] = {AsBytes(text)};
    return machine.world.Run(*other, stream.Write(pieces, false));
  }
  absl::StatusOr<std::string> Read(Stream& stream) {
    Buffer into(100'000);
    auto size = machine.world.Run(*other, stream.Read(into));
    if (!size.ok()) return size.status();
    return std::string(AsText(Bytes(into).first(*size)));
  }

  SimMachine machine;
  std::unique_ptr<Loop> other;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

TEST(SimNet, EndsNameEachOther) {
  Pair pair;
  EXPECT_EQ(pair.client->peer().ToString(), "127.0.0.1:9092");
  EXPECT_EQ(pair.server->peer().ToString(), pair.client->local().ToString());
  EXPECT_EQ(pair.listener->local().ToString(), "[::]:9092");
}

TEST(SimNet, OneWriteArrivesInPiecesOfTheSeed) {
  std::set<size_t> firsts;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Pair pair({.seed = seed});
    ASSERT_TRUE(pair.Write(*pair.client, "0123456789").ok());
    std::string all;
    while (all.size() < 10) {
      const std::string piece = pair.Read(*pair.server).value();
      if (all.empty()) firsts.insert(piece.size());
      all += piece;
    }
    EXPECT_EQ(all, "0123456789");
  }
  EXPECT_TRUE(firsts.contains(10));
  EXPECT_GT(firsts.size(), 3u);
}

Task<void> Keep(Task<absl::Status> task, absl::Status& result, bool& done) {
  result = co_await std::move(task);
  done = true;
}

TEST(SimNet, BytesInFlightAreBounded) {
  Pair pair({.socket_buffer_bytes = 1000});
  const Buffer bytes(5000);
  const Bytes pieces[] = {bytes};
  absl::Status result;
  bool done = false;
  Gate gate(*pair.machine.loop);
  gate.Spawn(Keep(pair.client->Write(pieces, false), result, done));
  EXPECT_TRUE(pair.machine.world.RunUntilIdle());
  EXPECT_FALSE(done);
  size_t received = 0;
  while (received < 5000) {
    const size_t size = pair.Read(*pair.server)->size();
    EXPECT_LE(size, 1000u);
    received += size;
  }
  EXPECT_TRUE(pair.machine.world.RunUntilIdle());
  EXPECT_TRUE(done && result.ok());
}

TEST(SimNet, ACutLosesWhatIsUnderWay) {
  Pair pair;
  ASSERT_TRUE(pair.Write(*pair.client, "lost").ok());
  pair.machine.world.net().Cut(*pair.client);
  EXPECT_TRUE(absl::IsUnavailable(pair.Read(*pair.server).status()));
  EXPECT_TRUE(absl::IsUnavailable(pair.Write(*pair.server, "x")));
  EXPECT_TRUE(absl::IsUnavailable(pair.Write(*pair.client, "x")));
}

TEST(SimNet, APartitionDelaysAndHeals) {
  Pair pair;
  SimNet& net = pair.machine.world.net();
  net.Partition(9092);
  ASSERT_TRUE(pair.Write(*pair.client, "late").ok());
  pair.machine.world.RunFor(1h);
  Buffer into(10);
  EXPECT_EQ(pair.server->TryRead(into).value(), 0u);
  const MonoTime deadline = pair.machine.world.clock().Now() + 10s;
  auto connect = pair.machine.loop->net().Connect(Pair::At(), deadline);
  const absl::Status status =
      pair.machine.world.Run(*pair.machine.loop, std::move(connect)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  net.Heal(9092);
  EXPECT_EQ(pair.Read(*pair.server).value().substr(0, 1), "l");
}

TEST(SimNet, AHalfClosedPeerStillHears) {
  Pair pair;
  pair.machine.world.net().EndWriting(*pair.client);
  EXPECT_EQ(pair.Read(*pair.server).value(), "");
  EXPECT_TRUE(pair.Write(*pair.server, "y").ok());
  EXPECT_EQ(pair.Read(*pair.client).value(), "y");
  EXPECT_FALSE(pair.Write(*pair.client, "x").ok());
}

TEST(SimNet, SendFileStreamsTheRange) {
  Pair pair;
  ASSERT_TRUE(pair.machine.disk().Put("f", AsBytes("0123456789")).ok());
  const FileRange range{pair.machine.Open("f", OpenMode::kRead), 2, 5};
  ASSERT_TRUE(pair.machine.world.Run(*pair.other, pair.server->SendFile(range, false)).ok());
  pair.server.reset();
  std::string all;
  for (std::string piece = "x"; !piece.empty(); all += piece) {
    piece = pair.Read(*pair.client).value();
  }
  EXPECT_EQ(all, "23456");
}

TEST(SimNet, SendFileOfAShortOrBadFileIsDataLoss) {
  Pair pair;
  ASSERT_TRUE(pair.machine.disk().Put("f", AsBytes("0123456789")).ok());
  const FileRef file = pair.machine.Open("f", OpenMode::kRead);
  const FileRange too_long{file, 2, 9};
  EXPECT_TRUE(absl::IsDataLoss(
      pair.machine.world.Run(*pair.other, pair.server->SendFile(too_long, false))));
  ASSERT_TRUE(pair.machine.disk().MarkBad("f", 4, 1).ok());
  const FileRange bad{file, 0, 10};
  EXPECT_TRUE(
      absl::IsDataLoss(pair.machine.world.Run(*pair.other, pair.server->SendFile(bad, false))));
}

TEST(SimNet, ConnectingToNobodyIsRefused) {
  SimMachine machine;
  auto connect = machine.loop->net().Connect({"127.0.0.1", 1}, kNever);
  EXPECT_TRUE(absl::IsUnavailable(machine.world.Run(*machine.loop, std::move(connect)).status()));
}

TEST(SimNet, AcceptsFailOnDemand) {
  Pair pair;
  pair.machine.world.net().FailAccepts(1);
  Loop& loop = *pair.machine.loop;
  const auto second = pair.machine.world.Run(loop, loop.net().Connect(Pair::At(), kNever));
  ASSERT_TRUE(second.ok());
  const auto failed = pair.machine.world.Run(*pair.other, pair.listener->Accept());
  EXPECT_TRUE(absl::IsResourceExhausted(failed.status()));
  EXPECT_TRUE(pair.machine.world.Run(*pair.other, pair.listener->Accept()).ok());
}

}  // namespace
}  // namespace varve::io
