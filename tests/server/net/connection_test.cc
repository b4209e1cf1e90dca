#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/net/echo_server.h"

namespace varve::net::test {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

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

TEST(Connection, AtMostSoManyBytesAreUnderWay) {
  Server server({.limits = {.in_flight_max = 1000, .in_flight_bytes_max = 10'000}});
  io::Stream& flood = server.Connect();
  io::Stream& beside = server.Connect();
  const std::string request = "+slow" + std::string(3'000, 'x');
  for (int i = 0; i < 20; ++i) server.Send(flood, request);
  server.world.RunFor(1s);
  EXPECT_EQ(server.handler.seen.size(), 4u);
  server.Send(beside, "fine");
  EXPECT_EQ(server.Receive(beside), "fine");
  server.handler.go.Set();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(server.Receive(flood), request);
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

}  // namespace
}  // namespace varve::net::test
