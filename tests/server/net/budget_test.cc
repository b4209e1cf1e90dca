#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/net/echo_server.h"

// Large frames and the memory that they share.
namespace varve::net::test {
namespace {

using namespace std::chrono_literals;

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

// What is received in one go.

std::string Text(int i) { return "+slow" + std::string(60'000, static_cast<char>('a' + i)); }

// Four at a time, which is what may be under way.
void ExpectAll(Server& server) {
  io::Stream& client = server.Connect();
  for (int first = 0; first < 20; first += 4) {
    server.handler.go.Reset();
    for (int i = first; i < first + 4; ++i) server.Send(client, Text(i));
    server.world.RunFor(1s);
    server.handler.go.Set();
    for (int i = first; i < first + 4; ++i) EXPECT_EQ(server.Receive(client), Text(i));
  }
  server.world.RunFor(1s);
  EXPECT_EQ(server.budget.used(), 0u);
  EXPECT_EQ(server.ahead_budget.used(), 0u) << "an idle connection holds no buffer";
}

TEST(Ahead, FramesInARowShareABuffer) {
  Server server;
  io::Stream& client = server.Connect();
  for (int i = 0; i < 3; ++i) server.Send(client, Text(i));
  const Buffer last = Frame(Text(3));
  server.Send(client, Bytes(last).first(100));
  server.world.RunFor(1s);
  EXPECT_EQ(server.ahead_budget.used(), ConnectionLimits().in_flight_bytes_max);
  server.Send(client, Bytes(last).subspan(100));
  server.handler.go.Set();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(server.Receive(client), Text(i));
  ExpectAll(server);
}

TEST(Ahead, WithoutMemoryForThatTheyComeOneByOne) {
  for (const uint64_t bytes : {0, 100'000}) {
    Server server({.ahead_bytes = bytes});
    ExpectAll(server);
  }
}

// A buffer that shall grow and may not, with more in it than the smallest one holds.
TEST(Ahead, WhatIsBufferedFitsTheNextBuffer) {
  Server server({.ahead_bytes = 40'000});
  io::Stream& client = server.Connect();
  server.Send(client, "slow");
  server.world.RunFor(1s);
  Buffer all;
  for (int i = 0; i < 20; ++i) Append(all, Frame(std::string(1000, static_cast<char>('a' + i))));
  Append(all, Frame(std::string(30'000, 'x')));
  server.Send(client, Bytes(all));
  server.world.RunFor(1s);
  server.handler.go.Set();
  EXPECT_EQ(server.Receive(client), "slow");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(server.Receive(client), std::string(1000, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(server.Receive(client), std::string(30'000, 'x'));
}

TEST(Ahead, SmallFramesNeedNoLargeBuffer) {
  Server server;
  io::Stream& client = server.Connect();
  for (int i = 0; i < 10; ++i) {
    server.Send(client, "+slow" + std::string(1000, 'x'));
    server.world.RunFor(1s);
  }
  EXPECT_EQ(server.ahead_budget.used(), 0u);
  server.handler.go.Set();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(server.Receive(client).size(), 1005u);
}

TEST(Ahead, WhoSendsTooSlowlyIsClosedAlsoInASharedBuffer) {
  Server server({.budget_bytes = 150'000});
  const std::string text(100'000, 'x');
  io::Stream& slow = server.Connect();
  io::Stream& good = server.Connect();
  for (int i = 0; i < 3; ++i) {
    server.Send(slow, text);
    EXPECT_EQ(server.Receive(slow), text);
  }
  server.Send(slow, Bytes(Frame(text)).first(1000));
  server.world.RunFor(1s);
  server.Send(good, text);
  server.world.RunFor(60s);
  EXPECT_EQ(server.Receive(good), text);
  EXPECT_EQ(server.Receive(slow), "(end)");
}

}  // namespace
}  // namespace varve::net::test
