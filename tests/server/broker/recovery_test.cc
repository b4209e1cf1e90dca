#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// What clients see of a broker that has logs to recover.
namespace varve::broker::test {
namespace {

using io::SimCall;
using io::SimFault;
using std::chrono::seconds;
using ::testing::ElementsAre;

wire::ErrorCode TryPut(Machine& machine, std::string_view topic) {
  Buffer batch = Batch({"late"}, machine.NowMs());
  return Produce(machine.client(), topic, 0, std::move(batch)).error_code;
}

// A broker that died with two logs to recover, one of which takes half a minute.
class SlowRecovery : public ::testing::TestWithParam<io::SimCrash> {
 protected:
  SlowRecovery() {
    for (const char* topic : {"calm", "quick", "slow"}) {
      CreateTopic(m_.client(), topic, 1);
      Put(m_, topic, {"a"});
    }
    m_.Restart();
    Put(m_, "quick", {"b"});
    Put(m_, "slow", {"b"});
    m_.disk().SyncAll();
    m_.Crash(GetParam());
    m_.disk().Inject(
        {.call = SimCall::kList, .kind = SimFault::kSlow, .path = "/slow-0", .delay = seconds(30)});
    m_.Start();
  }
  ~SlowRecovery() override { m_.disk().ClearFaults(); }

  Machine m_;
};

TEST_P(SlowRecovery, KeepsNoOtherLogFromBeingServed) {
  EXPECT_THAT(Get(m_.client(), "calm"), ElementsAre("a"));
  EXPECT_EQ(TryPut(m_, "calm"), wire::ErrorCode::kNone);
  EXPECT_EQ(TryPut(m_, "slow"), wire::ErrorCode::kNotLeaderOrFollower);
  EXPECT_LT(m_.broker().opening().opened, m_.broker().opening().total);
  m_.RunFor(seconds(31));
  EXPECT_EQ(m_.broker().opening().opened, 3U);
  EXPECT_EQ(m_.broker().opening().total, 3U);
  EXPECT_THAT(Get(m_.client(), "slow"), ElementsAre("a", "b"));
  EXPECT_THAT(Get(m_.client(), "quick"), ElementsAre("a", "b"));
  EXPECT_EQ(TryPut(m_, "slow"), wire::ErrorCode::kNone);
  m_.Restart();
  EXPECT_THAT(Get(m_.client(), "slow"), ElementsAre("a", "b", "late"));
}

TEST_P(SlowRecovery, IsTakenUpAgainAfterAStopMeanwhile) {
  EXPECT_EQ(TryPut(m_, "calm"), wire::ErrorCode::kNone);
  m_.Crash(GetParam());
  m_.disk().ClearFaults();
  m_.Start();
  m_.RunFor(seconds(1));
  EXPECT_THAT(Get(m_.client(), "slow"), ElementsAre("a", "b"));
  EXPECT_EQ(TryPut(m_, "slow"), wire::ErrorCode::kNone);
}

TEST_P(SlowRecovery, WaitsForNoTopicThatIsDeleted) {
  CreateTopic(m_.client(), "fresh", 1);
  Put(m_, "fresh", {"c"});
  DeleteTopic(m_.client(), "slow");
  m_.RunFor(seconds(31));
  EXPECT_THAT(Get(m_.client(), "fresh"), ElementsAre("c"));
  EXPECT_FALSE(m_.disk().Exists("/data/slow-0"));
  EXPECT_TRUE(m_.Stop().ok());
}

INSTANTIATE_TEST_SUITE_P(Stops, SlowRecovery,
                         ::testing::Values(io::SimCrash::kProcess, io::SimCrash::kPower));

}  // namespace
}  // namespace varve::broker::test
