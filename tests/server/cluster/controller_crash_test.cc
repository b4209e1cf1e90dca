#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/server/cluster/node.h"

// Crashes at every operation of a sequence of changes: what was acknowledged is there after it,
// the change under way entirely or not at all, and nothing else.
namespace varve::cluster {
namespace {

using test::Describe;
using test::Node;
using wire::ErrorCode;

using Step = std::function<ErrorCode(Node&)>;

ErrorCode BeginEpochs(Node& node) {
  std::vector<log::TopicPartition> partitions{{"big", 0}, {"big", 2}, {"x.y", 1}};
  const bool ok = node.Run(node.controller().BeginLeaderEpochs(std::move(partitions))).ok();
  return ok ? ErrorCode::kNone : ErrorCode::kKafkaStorageError;
}

ErrorCode CreateTwo(Node& node) {
  std::vector<NewTopic> topics{{.name = "x.y", .partitions = 2},
                               {.name = "z", .overrides = {{"cleanup.policy", "compact"}}}};
  return node.Run(node.controller().CreateTopics(std::move(topics), false))[1].error;
}

const std::vector<Step>& Steps() {
  static const std::vector<Step> kSteps{
      [](Node& node) { return node.Create("a", 3); },
      // Several sectors of records.
      [](Node& node) { return node.Create("big", 40); },
      [](Node& node) { return node.Delete("a"); },
      CreateTwo,
      [](Node& node) { return node.Create("a", 1); },
      [](Node& node) { return node.Grow("a", 9); },
      BeginEpochs,
      [](Node& node) { return node.Delete("big"); },
  };
  return kSteps;
}

struct Outcome {
  size_t acknowledged = 0;
  std::vector<std::string> states;  // after so many steps
};

Outcome RunSteps(Node& node) {
  Outcome outcome;
  if (!node.Start().ok()) return outcome;
  outcome.states.push_back(Describe(*node.image()));
  for (const Step& step : Steps()) {
    if (step(node) != ErrorCode::kNone) break;
    ++outcome.acknowledged;
    outcome.states.push_back(Describe(*node.image()));
  }
  return outcome;
}

class ControllerCrash : public ::testing::TestWithParam<io::SimCrash> {};

TEST_P(ControllerCrash, KeepsWhatWasAcknowledged) {
  const io::SimCrash kind = GetParam();
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const io::SimOptions options{.seed = seed};
    Node whole(options);
    const Outcome reference = RunSteps(whole);
    ASSERT_EQ(reference.acknowledged, Steps().size());
    for (uint64_t n = 1; n <= whole.disk().operations(); ++n) {
      SCOPED_TRACE(fmt::format("seed {}, crash at operation {}", seed, n));
      Node node(options);
      node.disk().CrashAtOperation(n, kind);
      const Outcome outcome = RunSteps(node);
      ASSERT_TRUE(node.disk().crashed());
      node.Stop();
      const absl::Status started = node.Start();
      ASSERT_TRUE(started.ok()) << started;
      const std::string found = Describe(*node.image());
      const size_t done = outcome.acknowledged;
      const bool known = found == reference.states[done] ||
                         (done < Steps().size() && found == reference.states[done + 1]);
      ASSERT_TRUE(known) << done << " acknowledged; found\n" << found;
      ASSERT_EQ(node.image()->metadata_version(), whole.image()->metadata_version());
      // And it goes on from there.
      ASSERT_EQ(node.Create("after", 2), ErrorCode::kNone);
      node.Restart();
      ASSERT_NE(node.image()->Find("after"), nullptr);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ControllerCrash,
                         ::testing::Values(io::SimCrash::kProcess, io::SimCrash::kPower),
                         [](const auto& kind) {
                           return kind.param == io::SimCrash::kPower ? "Power" : "Process";
                         });

}  // namespace
}  // namespace varve::cluster
