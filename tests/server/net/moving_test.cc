#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/net/echo_server.h"

// Connections that leave for another set.
namespace varve::net::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

// Two sets, each on a loop of its own; clients connect to the first one.
struct Moving : testing::Test {
  Moving() { server.handler.elsewhere = &there.set; }
  ~Moving() override { server.world.Run(*there_loop, there.set.Close(io::Duration(0))); }

  struct There {
    explicit There(io::Loop& loop)
        : slabs(1 << 20),
          budget(loop, 1 << 20),
          small_budget(loop, 1 << 20),
          ahead_budget(loop, 1 << 20),
          handler(loop),
          environment{loop,
                      slabs,
                      budget,
                      small_budget,
                      ahead_budget,
                      handler,
                      {.frame_bytes_max = 1 << 20}},
          set(environment) {}
    SlabPool slabs;
    MemoryBudget budget;
    MemoryBudget small_budget;
    MemoryBudget ahead_budget;
    Echo handler;
    ConnectionEnvironment environment;
    ConnectionSet set;
  };

  Server server;
  std::unique_ptr<io::Loop> there_loop = server.world.NewLoop();
  There there{*there_loop};
};

TEST_F(Moving, TheRequestThatTellsGoesAlong) {
  io::Stream& client = server.Connect();
  for (const char* text : {"here", "move", "after"}) {
    server.Send(client, text);
    EXPECT_EQ(server.Receive(client), text);
  }
  EXPECT_THAT(server.handler.seen, ElementsAre("here"));
  EXPECT_THAT(there.handler.seen, ElementsAre("move", "after"));
  EXPECT_EQ(server.set.size(), 0u);
  EXPECT_EQ(there.set.size(), 1u);
}

TEST_F(Moving, WhatFollowsGoesAlongInOrder) {
  io::Stream& client = server.Connect();
  Buffer all;
  for (const char* text : {"move1", "+2", "3", "4", "5"}) {
    const Buffer frame = Frame(text);
    all.insert(all.end(), frame.begin(), frame.end());
  }
  const Buffer cut = Frame("the rest comes later");
  all.insert(all.end(), cut.begin(), cut.begin() + 7);
  server.Send(client, Bytes(all));
  for (const char* text : {"move1", "+2", "3", "4", "5"}) EXPECT_EQ(server.Receive(client), text);
  server.Send(client, Bytes(cut).subspan(7));
  EXPECT_EQ(server.Receive(client), "the rest comes later");
  EXPECT_THAT(server.handler.seen, IsEmpty());
}

// One that waits for others, as members of a group do, must not keep the next one waiting.
TEST_F(Moving, NotWhileSomethingIsUnderWay) {
  io::Stream& client = server.Connect();
  server.Send(client, "+slow");
  server.Send(client, "move");
  server.world.RunFor(1s);
  EXPECT_THAT(server.handler.seen, ElementsAre("+slow"));
  server.Send(client, "move again");
  server.handler.go.Set();
  for (const char* text : {"+slow", "move", "move again"}) EXPECT_EQ(server.Receive(client), text);
  EXPECT_THAT(there.handler.seen, IsEmpty());
  EXPECT_EQ(server.set.settled(), 1u);
}

// Frames larger than a slab, and so many behind them that some are still in the kernel.
TEST_F(Moving, LargeFramesGoAlong) {
  io::Stream& client = server.Connect();
  const std::string large = "move" + std::string(100'000, 'x');
  server.Send(client, large);
  for (int i = 0; i < 20; ++i) server.Send(client, std::string(30'000, static_cast<char>('a' + i)));
  EXPECT_EQ(server.Receive(client), large);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(server.Receive(client), std::string(30'000, static_cast<char>('a' + i)));
  }
  for (const MemoryBudget* budget : {&server.budget, &server.small_budget, &there.budget}) {
    EXPECT_EQ(budget->used(), 0u);
  }
}

TEST_F(Moving, OnceAtMost) {
  there.handler.elsewhere = &server.set;
  io::Stream& client = server.Connect();
  for (const char* text : {"move1", "move2"}) {
    server.Send(client, text);
    EXPECT_EQ(server.Receive(client), text);
  }
  EXPECT_THAT(there.handler.seen, ElementsAre("move1", "move2"));
}

TEST_F(Moving, ThoseWhoStayAreCountedUntilTheyEnd) {
  io::Stream& stays = server.Connect();
  io::Stream& moves = server.Connect();
  io::Stream& idle = server.Connect();
  server.Send(stays, "stay");
  server.Send(moves, "move");
  server.Send(idle, "nothing");
  server.world.RunFor(1s);
  EXPECT_EQ(server.set.settled(), 1u);
  EXPECT_EQ(there.set.settled(), 1u);
  for (io::Stream* stream : {&stays, &moves, &idle}) stream->Shutdown();
  server.world.RunFor(1s);
  EXPECT_EQ(server.set.settled(), 0u);
  EXPECT_EQ(there.set.settled(), 0u);
  EXPECT_EQ(server.handler.ended.size(), 2u);
  EXPECT_EQ(there.handler.ended.size(), 1u);
}

TEST_F(Moving, NotWhenAnEarlierRequestEndsTheConnection) {
  io::Stream& client = server.Connect();
  server.Send(client, "bad");
  server.Send(client, "move");
  EXPECT_EQ(server.Receive(client), "(end)");
  server.world.RunFor(1s);
  EXPECT_THAT(there.handler.seen, IsEmpty());
  EXPECT_EQ(server.handler.ended.size(), 1u);
}

TEST_F(Moving, ASetThatClosesTakesNobodyIn) {
  io::Stream& client = server.Connect();
  server.world.Run(*there_loop, there.set.Close(io::Duration(0)));
  server.Send(client, "move");
  EXPECT_EQ(server.Receive(client), "(end)");
  EXPECT_EQ(there.handler.ended.size(), 1u);
  EXPECT_EQ(there.set.size(), 0u);
}

}  // namespace
}  // namespace varve::net::test
