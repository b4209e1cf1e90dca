#include "server/broker/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/sim/world.h"
#include "server/broker/slow_requests.h"
#include "tests/server/broker/http_words.h"
#include "tests/server/broker/requests.h"

// Probes, and requests that are told as slow.
namespace varve::broker::test {
namespace {

using io::SimCall;
using io::SimFault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

TEST(Probes, OfABrokerThatServes) {
  Machine machine({.config = kHttpConfig});
  EXPECT_EQ(HttpGet(machine, "/livez").status, 200);
  const HttpAnswer ready = HttpGet(machine, "/readyz?verbose");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body, "{\"status\":\"ready\",\"opened\":0,\"total\":0}\n");
  EXPECT_EQ(HttpGet(machine, "/").status, 404);
}

TEST(Probes, NothingListensUnlessAskedTo) {
  Machine machine;
  EXPECT_EQ(HttpGet(machine, "/livez").status, 0);
}

// A broker that died with two logs to recover, one of which takes half a minute.
TEST(Probes, OfABrokerThatStillRecovers) {
  Machine machine({.config = kHttpConfig});
  for (const char* topic : {"quick", "slow"}) {
    CreateTopic(machine.client(), topic);
    Put(machine, topic, {"a"});
  }
  machine.disk().SyncAll();
  machine.Crash(io::SimCrash::kProcess);
  machine.disk().Inject(
      {.call = SimCall::kList, .kind = SimFault::kSlow, .path = "/slow-0", .delay = 30s});
  machine.Start();
  EXPECT_EQ(HttpGet(machine, "/livez").status, 200);
  const HttpAnswer opening = HttpGet(machine, "/readyz");
  EXPECT_EQ(opening.status, 503);
  EXPECT_THAT(opening.body, HasSubstr("\"status\":\"opening\""));
  EXPECT_THAT(opening.body, HasSubstr("\"total\":2}"));
  EXPECT_EQ(ValueOf(HttpGet(machine, "/metrics").body, "varve_ready"), 0);
  machine.RunFor(31s);
  EXPECT_EQ(HttpGet(machine, "/readyz").status, 200);
  machine.disk().ClearFaults();
}

// Its start waits for the disk.
TEST(Probes, OfABrokerThatStarts) {
  Machine machine({.config = kHttpConfig});
  machine.MustStop();
  machine.disk().Inject(
      {.call = SimCall::kList, .kind = SimFault::kSlow, .path = "/data", .delay = 30s});
  machine.BeginStart();
  machine.RunFor(1s);
  const HttpAnswer starting = HttpGet(machine, "/readyz");
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(starting.body, "{\"status\":\"starting\",\"opened\":0,\"total\":0}\n");
  EXPECT_EQ(HttpGet(machine, "/livez").status, 200);
  EXPECT_EQ(HttpGet(machine, "/metrics").status, 200);
  machine.disk().ClearFaults();
  machine.EndStart();
  EXPECT_EQ(HttpGet(machine, "/readyz").status, 200);
}

TEST(LoopPulse, TellsWhichLoopsDoNotTurn) {
  io::SimWorld world;
  const auto home = world.NewLoop();
  const auto other = world.NewLoop();
  io::SimWorld elsewhere;  // nobody gives its loop a turn
  const auto stuck = elsewhere.NewLoop();
  LoopPulse pulse(*home, {home.get(), other.get(), stuck.get()});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(world.Run(*home, pulse.Silent(1s)), ElementsAre(2));
  }
  elsewhere.RunUntilIdle();
  world.RunUntilIdle();
  world.Run(*home, pulse.Close());
}

TEST(LoopPulse, LoopsThatTurnAnswer) {
  io::SimWorld world;
  const auto home = world.NewLoop();
  const auto other = world.NewLoop();
  LoopPulse pulse(*home, {home.get(), other.get()});
  const io::MonoTime begun = world.clock().Now();
  EXPECT_THAT(world.Run(*home, pulse.Silent(1s)), IsEmpty());
  EXPECT_LT(world.clock().Now() - begun, 1s);
  world.Run(*home, pulse.Close());
}

TEST(SlowRequests, OneLine) {
  const AnsweredRequest request{.api = "Produce",
                                .version = 12,
                                .client_id = "an\napp",
                                .address = "10.0.0.1:5000",
                                .times = {3ms, 20ms, 1540ms},
                                .request_bytes = 1040,
                                .answer_bytes = 60};
  const std::string text =
      "slow: Produce version 12 of client \"an?app\" at 10.0.0.1:5000 took 1543.0 ms: 3.0 ms "
      "behind others of its connection, 1520.0 ms of work, 20.0 ms of waiting that was asked for; "
      "1040 bytes asked, 60 bytes answered";
  EXPECT_EQ(DescribeSlow(request, 0), text);
  EXPECT_EQ(DescribeSlow(request, 5), text + "; 5 more since the last line like this");
}

size_t LinesWith(std::string_view log, std::string_view word) {
  size_t count = 0;
  for (size_t at = log.find(word); at != std::string_view::npos; at = log.find(word, at + 1)) {
    ++count;
  }
  return count;
}

struct SlowDisk : testing::Test {
  SlowDisk() : machine({.config = "varve.request.slow.ms=100\n"}) {
    CreateTopic(machine.client(), "t", 1, {{"flush.messages", "1"}});
  }
  ~SlowDisk() override { machine.disk().ClearFaults(); }
  std::string LogOf(const std::function<void()>& action) {
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
  }
  Machine machine;
};

TEST_F(SlowDisk, ASlowRequestIsTold) {
  machine.disk().Inject({.call = SimCall::kSyncData,
                         .kind = SimFault::kSlow,
                         .path = "/t-0",
                         .times = SimFault::kForever,
                         .delay = 300ms});
  const std::string log = LogOf([&] { Put(machine, "t", {"a"}); });
  EXPECT_THAT(log, HasSubstr("slow: Produce version 12 of client \"test\" at 127.0.0.1"));
}

TEST_F(SlowDisk, ManyAreToldOfInOneLine) {
  machine.disk().Inject({.call = SimCall::kSyncData,
                         .kind = SimFault::kSlow,
                         .path = "/t-0",
                         .times = SimFault::kForever,
                         .delay = 300ms});
  const std::string log = LogOf([&] {
    for (int i = 0; i < 6; ++i) Put(machine, "t", {"a"});
  });
  EXPECT_EQ(LinesWith(log, "slow: "), 2u) << log;
  EXPECT_THAT(log, HasSubstr("3 more since the last line like this"));
}

// Whoever asked to wait is not slow, nor is who stands behind.
TEST_F(SlowDisk, WaitingThatWasAskedForIsNot) {
  wire::FetchRequest request = FetchOf("t", {{0}});
  request.max_wait_ms = 3000;
  request.min_bytes = 1;
  const std::string log = LogOf([&] {
    machine.client().Send(request, kFetchVersion);
    machine.client().Send(wire::MetadataRequest{}, 9);
    machine.client().Receive<wire::FetchResponse>(kFetchVersion);
    machine.client().Receive<wire::MetadataResponse>(9);
  });
  EXPECT_EQ(LinesWith(log, "slow: "), 0u) << log;
}

}  // namespace
}  // namespace varve::broker::test
