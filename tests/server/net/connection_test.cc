#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"
#include "server/net/connection_set.h"

namespace varve::net {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

Buffer Frame(std::string_view text) {
  Buffer frame(4 + text.size());
  StoreBigEndian<int32_t>(frame.data(), static_cast<int32_t>(text.size()));
  std::ranges::copy(AsBytes(text), frame.begin() + 4);
  return frame;
}

// Answers with what it got, as a frame. "slow..." waits until it is let go; "big..." answers a lot;
// "bad..." closes; what begins with '+' may overlap.
class Echo : public Handler {
 public:
  explicit Echo(io::Loop& loop) : go(loop) {}
  bool MayOverlap(Bytes frame) const override { return AsText(frame).starts_with('+'); }
  io::Task<void> Handle(Request& request) override {
    const std::string text(AsText(request.frame));
    seen.push_back(text.substr(0, 20));
    if (text.starts_with('+')) request.next_may_start.Set();
    if (text.find("slow") != std::string::npos) co_await go.Wait();
    if (text.starts_with("bad")) {
      request.reply.close = true;
    } else {
      request.reply.bytes = Frame(text.starts_with("big") ? std::string(kBigBytes, 'b') : text);
    }
  }
  static constexpr size_t kBigBytes = 300'000;
  std::vector<std::string> seen;
  io::Event go;
};

struct Options {
  ConnectionLimits limits{.frame_bytes_max = 1 << 20};
  uint64_t budget_bytes = 1 << 20;
};

// A server of connections and their clients.
class Server {
 public:
  explicit Server(Options options = {})
      : loop_(world.NewLoop()),
        client_loop_(world.NewLoop()),
        slabs(1 << 20),
        budget(*loop_, options.budget_bytes),
        small_budget(*loop_, options.budget_bytes),
        handler(*loop_),
        environment_{*loop_, slabs, budget, small_budget, handler, options.limits},
        set(environment_) {
    world.Run(*loop_, Listen());
  }
  ~Server() {
    clients_.clear();
    handler.go.Set();
    world.Run(*loop_, set.Close(0ms));
    listener_.reset();
  }

  io::Stream& Connect() {
    world.Run(*client_loop_, Open());
    world.Run(*loop_, Admit());
    return *clients_.back();
  }
  void Send(io::Stream& stream, Bytes bytes) { world.Run(*client_loop_, Write(stream, bytes)); }
  void Send(io::Stream& stream, std::string_view text) { Send(stream, Frame(text)); }
  // The next answer; "(end)" once the server has closed.
  std::string Receive(io::Stream& stream) { return world.Run(*client_loop_, Read(stream)); }
  io::Loop& loop() { return *loop_; }

  io::SimWorld world;

 private:
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<io::Loop> client_loop_;

 public:
  SlabPool slabs;
  MemoryBudget budget;
  MemoryBudget small_budget;
  Echo handler;

 private:
  const ConnectionEnvironment environment_;

 public:
  ConnectionSet set;

 private:
  io::Task<void> Listen() {
    const io::Endpoint where{"127.0.0.1", 9092};
    auto listener = co_await loop_->net().Listen(where, io::ListenOptions());
    listener_ = *std::move(listener);
  }
  io::Task<void> Open() {
    const io::Endpoint where{"127.0.0.1", 9092};
    auto stream = co_await client_loop_->net().Connect(where, io::kNever);
    clients_.push_back(*std::move(stream));
  }
  static io::Task<void> Nothing() { co_return; }
  io::Task<void> Admit() {
    auto socket = co_await listener_->Accept();
    const Peer peer{(*socket)->peer().ToString(), (*socket)->peer().host, 0};
    set.Serve(loop_->net().Adopt(*std::move(socket), {}), peer, Nothing());
  }
  io::Task<void> Write(io::Stream& stream, Bytes bytes) {
    const Bytes pieces[] = {bytes};
    IgnoreError(co_await stream.Write(pieces, false));
  }
  io::Task<bool> Fill(io::Stream& stream, MutableBytes into) {
    while (!into.empty()) {
      const auto got = co_await stream.Read(into);
      if (!got.ok() || *got == 0) co_return false;
      into = into.subspan(*got);
    }
    co_return true;
  }
  io::Task<std::string> Read(io::Stream& stream) {
    Buffer size(4);
    if (!co_await Fill(stream, size)) co_return "(end)";
    Buffer frame(static_cast<size_t>(LoadBigEndian<int32_t>(size.data())));
    if (!co_await Fill(stream, frame)) co_return "(cut)";
    co_return std::string(AsText(frame));
  }

  std::unique_ptr<io::Listener> listener_;
  std::deque<std::unique_ptr<io::Stream>> clients_;
};

std::string LogOf(Server& server, const std::function<void()>& action) {
  ::testing::internal::CaptureStderr();
  action();
  server.world.RunFor(1s);
  return ::testing::internal::GetCapturedStderr();
}

TEST(Connection, AnswersInOrder) {
  Server server;
  io::Stream& client = server.Connect();
  for (const char* text : {"+slow1", "+2", "+3"}) server.Send(client, text);
  server.world.RunFor(1s);
  EXPECT_THAT(server.handler.seen, ElementsAre("+slow1", "+2", "+3"));
  server.handler.go.Set();
  EXPECT_EQ(server.Receive(client), "+slow1");
  EXPECT_EQ(server.Receive(client), "+2");
  EXPECT_EQ(server.Receive(client), "+3");
}

TEST(Connection, OneThatMayNotOverlapWaits) {
  Server server;
  io::Stream& client = server.Connect();
  for (const char* text : {"+slow1", "2", "+3"}) server.Send(client, text);
  server.world.RunFor(1s);
  EXPECT_THAT(server.handler.seen, ElementsAre("+slow1"));
  server.handler.go.Set();
  EXPECT_EQ(server.Receive(client), "+slow1");
  EXPECT_EQ(server.Receive(client), "2");
  EXPECT_EQ(server.Receive(client), "+3");
}

// Around the size of a slab, in which small frames lie side by side.
TEST(Connection, FramesOfEverySizeArrive) {
  Server server;
  io::Stream& client = server.Connect();
  for (const size_t size : {1, 2, 16375, 16379, 16380, 16381, 16384, 16385, 32768, 100'000}) {
    for (int i = 0; i < 3; ++i) server.Send(client, std::string(size, static_cast<char>('a' + i)));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(server.Receive(client), std::string(size, static_cast<char>('a' + i)));
    }
  }
  EXPECT_EQ(server.budget.used(), 0u);
  EXPECT_EQ(server.small_budget.used(), 0u);
}

TEST(Connection, ByteByByte) {
  Server server;
  io::Stream& client = server.Connect();
  const Buffer frame = Frame("hello");
  for (int i = 0; i < 2; ++i) {
    for (const std::byte& byte : frame) {
      server.Send(client, Bytes(&byte, 1));
      server.world.RunFor(100ms);
    }
    EXPECT_EQ(server.Receive(client), "hello");
  }
}

TEST(Connection, ImpossibleSizesCloseWithOneLine) {
  for (const int32_t size : {-1, 0x7fffffff, (1 << 20) + 1}) {
    Server server;
    io::Stream& client = server.Connect();
    Buffer bytes(8);
    StoreBigEndian<int32_t>(bytes.data(), size);
    const std::string log = LogOf(server, [&] { server.Send(client, Bytes(bytes)); });
    EXPECT_EQ(server.Receive(client), "(end)");
    EXPECT_THAT(log, testing::HasSubstr("socket.request.max.bytes is 1048576"));
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  }
}

TEST(Connection, ATruncatedFrameIsToldInOneLine) {
  for (const size_t left : {3, 4, 10, 17'000}) {
    Server server;
    io::Stream& client = server.Connect();
    const Buffer frame = Frame(std::string(20'000, 'x'));
    const std::string log = LogOf(server, [&] {
      server.Send(client, Bytes(frame).first(left));
      server.world.net().EndWriting(client);
    });
    EXPECT_EQ(server.Receive(client), "(end)");
    EXPECT_THAT(log, testing::HasSubstr("closing connection"));
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
    EXPECT_EQ(server.budget.used() + server.small_budget.used(), 0u);
    EXPECT_EQ(server.set.size(), 0u);
  }
}

TEST(Connection, AClientThatHasEndedIsStillAnswered) {
  Server server;
  io::Stream& client = server.Connect();
  server.Send(client, "1");
  server.Send(client, "2");
  server.world.net().EndWriting(client);
  EXPECT_EQ(server.Receive(client), "1");
  EXPECT_EQ(server.Receive(client), "2");
  EXPECT_EQ(server.Receive(client), "(end)");
}

TEST(Connection, WhatFollowsABadRequestIsNotLookedAt) {
  Server server;
  io::Stream& client = server.Connect();
  Buffer bytes;
  for (const char* text : {"1", "bad", "3", "+4"}) Append(bytes, Frame(text));
  server.Send(client, Bytes(bytes));
  EXPECT_EQ(server.Receive(client), "1");
  EXPECT_EQ(server.Receive(client), "(end)");
  EXPECT_THAT(server.handler.seen, ElementsAre("1", "bad"));
}

TEST(Connection, AtMostSoManyAreUnderWay) {
  Server server({.limits = {.in_flight_max = 5}});
  io::Stream& client = server.Connect();
  for (int i = 0; i < 20; ++i) server.Send(client, "+slow");
  server.world.RunFor(1s);
  EXPECT_EQ(server.handler.seen.size(), 5u);
  server.handler.go.Set();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(server.Receive(client), "+slow");
}

TEST(Connection, AnswersThatNobodyReadsStopTheReading) {
  Server server({.limits = {.in_flight_max = 1000, .unsent_bytes_max = 1'000'000}});
  io::Stream& client = server.Connect();
  io::Stream& beside = server.Connect();
  for (int i = 0; i < 100; ++i) server.Send(client, "big");
  server.world.RunFor(10s);
  // The one more, and what fits the socket.
  EXPECT_LE(server.handler.seen.size(), 1'000'000 / Echo::kBigBytes + 2);
  server.Send(beside, "fine");
  EXPECT_EQ(server.Receive(beside), "fine");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(server.Receive(client).size(), Echo::kBigBytes);
}

TEST(Connection, IdleOnesAreClosed) {
  Server server({.limits = {.idle_max = 60s}});
  io::Stream& idle = server.Connect();
  io::Stream& busy = server.Connect();
  for (int i = 0; i < 6; ++i) {
    server.world.RunFor(20s);
    server.Send(busy, "still here");
    EXPECT_EQ(server.Receive(busy), "still here");
  }
  EXPECT_EQ(server.Receive(idle), "(end)");
  EXPECT_EQ(server.set.size(), 1u);
}

TEST(Connection, OneThatTakesNoAnswersIsIdle) {
  Server server({.limits = {.idle_max = 60s}});
  io::Stream& client = server.Connect();
  for (int i = 0; i < 20; ++i) server.Send(client, "big");
  server.world.RunFor(130s);
  EXPECT_EQ(server.set.size(), 0u);
}

TEST(Connection, OneThatIsWorkedForIsNotIdle) {
  Server server({.limits = {.idle_max = 10s}});
  io::Stream& client = server.Connect();
  server.Send(client, "slow");
  server.world.RunFor(120s);
  EXPECT_EQ(server.set.size(), 1u);
  server.handler.go.Set();
  EXPECT_EQ(server.Receive(client), "slow");
}

TEST(Connection, AStopLetsAnAnswerUnderWayOut) {
  Server server;
  io::Stream& client = server.Connect();
  server.Send(client, "big");
  server.world.RunFor(100ms);  // the socket is full, the writer waits
  io::Gate closing(server.loop());
  closing.Spawn(server.set.Close(10s));
  EXPECT_EQ(server.Receive(client).size(), Echo::kBigBytes);
  EXPECT_EQ(server.Receive(client), "(end)");
  server.world.Run(server.loop(), closing.Close());
}

TEST(Connection, AStopEndsWhoDoesNotRead) {
  Server server;
  io::Stream& client = server.Connect();
  server.Send(client, "big");
  server.world.RunFor(100ms);
  const auto start = server.world.clock().Now();
  server.world.Run(server.loop(), server.set.Close(500ms));
  EXPECT_LT(server.world.clock().Now() - start, 600ms);
}

// Large frames.

constexpr size_t kLarge = 400'000;

// Announces a frame and sends its first bytes.
void Begin(Server& server, io::Stream& client, size_t bytes) {
  const Buffer frame = Frame(std::string(kLarge, 'x'));
  server.Send(client, Bytes(frame).first(bytes));
}

TEST(Budget, LargeFramesWaitForEachOther) {
  Server server;
  std::vector<io::Stream*> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(&server.Connect());
    Begin(server, *clients.back(), 1000);
    server.world.RunFor(100ms);
    EXPECT_LE(server.budget.used(), 1u << 20);
  }
  EXPECT_TRUE(server.budget.contended());
  io::Stream& small = server.Connect();
  server.Send(small, "small");
  EXPECT_EQ(server.Receive(small), "small");
  const std::string rest(kLarge + 4 - 1000, 'x');
  for (io::Stream* client : {clients[0], clients[1]}) server.Send(*client, AsBytes(rest));
  for (io::Stream* client : {clients[0], clients[1]}) {
    EXPECT_EQ(server.Receive(*client).size(), kLarge);
  }
  for (io::Stream* client : {clients[2], clients[3], clients[4]}) {
    server.Send(*client, AsBytes(rest));
    EXPECT_EQ(server.Receive(*client).size(), kLarge);
  }
  EXPECT_EQ(server.budget.used(), 0u);
}

TEST(Budget, OneFrameLargerThanAllGoesAhead) {
  Server server({.budget_bytes = 1000});
  io::Stream& client = server.Connect();
  io::Stream& other = server.Connect();
  server.Send(client, std::string(kLarge, 'x'));
  EXPECT_EQ(server.Receive(client).size(), kLarge);
  server.Send(other, std::string(kLarge, 'x'));
  EXPECT_EQ(server.Receive(other).size(), kLarge);
}

TEST(Budget, WhoSendsNothingDoesNotKeepOthersWaiting) {
  Server server;
  for (int i = 0; i < 2; ++i) Begin(server, server.Connect(), 1000);
  server.world.RunFor(60s);
  EXPECT_EQ(server.set.size(), 2u) << "nobody needs the memory";
  io::Stream& good = server.Connect();
  const auto start = server.world.clock().Now();
  const std::string log = LogOf(server, [&] { server.Send(good, std::string(kLarge, 'x')); });
  EXPECT_EQ(server.Receive(good).size(), kLarge);
  EXPECT_LT(server.world.clock().Now() - start, 15s);
  EXPECT_THAT(log, testing::HasSubstr("while others wait for its memory"));
}

TEST(Budget, AStopEndsWhoWaitsForMemory) {
  Server server;
  for (int i = 0; i < 4; ++i) Begin(server, server.Connect(), 1000);
  server.world.RunFor(1s);
  server.world.Run(server.loop(), server.set.Close(500ms));
  EXPECT_EQ(server.budget.used(), 0u);
}

}  // namespace
}  // namespace varve::net
