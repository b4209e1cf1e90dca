#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "server/cluster/controller.h"
#include "tests/server/cluster/node.h"

// Requests that meet: each other, a listener, a bad disk, the end.
namespace varve::cluster {
namespace {

using test::Describe;
using test::Node;
using ::testing::HasSubstr;
using wire::ErrorCode;

// Two requests for one name at the same time: one wins.
TEST(Controller, ConcurrentRequestsTakeTurns) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Node node({.seed = seed});
    node.MustStart();
    std::vector<ErrorCode> errors;
    io::Gate gate(node.loop());
    const auto create = [](Controller& controller, std::vector<ErrorCode>& into) -> io::Task<void> {
      std::vector<NewTopic> topics{{.name = "t", .partitions = 2}};
      const auto results = co_await controller.CreateTopics(std::move(topics), false);
      into.push_back(results[0].error);
    };
    for (int i = 0; i < 5; ++i) gate.Spawn(create(node.controller(), errors));
    ASSERT_TRUE(node.world.RunToEnd(node.loop(), gate.Close()));
    ASSERT_EQ(errors.size(), 5u);
    EXPECT_EQ(errors[0], ErrorCode::kNone);
    for (size_t i = 1; i < 5; ++i) EXPECT_EQ(errors[i], ErrorCode::kTopicAlreadyExists);
    EXPECT_EQ(node.image()->partition_count(), 2u);
  }
}

TEST(Controller, TooManyRequestsDoNotWait) {
  Node node;
  node.MustStart();
  std::map<ErrorCode, size_t> errors;
  io::Gate gate(node.loop());
  const auto destroy = [](Controller& controller,
                          std::map<ErrorCode, size_t>& into) -> io::Task<void> {
    std::vector<NewTopic> topics{{.name = "t"}};
    const auto results = co_await controller.CreateTopics(std::move(topics), false);
    ++into[results[0].error];
  };
  // One has its turn, kWaitingMax wait.
  for (size_t i = 0; i < Controller::kWaitingMax + 11; ++i) {
    gate.Spawn(destroy(node.controller(), errors));
  }
  ASSERT_TRUE(node.world.RunToEnd(node.loop(), gate.Close()));
  EXPECT_EQ(errors[ErrorCode::kNone], 1u);
  EXPECT_EQ(errors[ErrorCode::kRequestTimedOut], 10u);
  EXPECT_EQ(errors[ErrorCode::kTopicAlreadyExists], Controller::kWaitingMax);
}

class Listener : public ImageListener {
 public:
  explicit Listener(io::Loop& loop) : go_on(loop) {}
  io::Task<absl::Status> OnImage(ImageRef image) override {
    images.push_back(std::move(image));
    co_await go_on.Wait();
    co_return answer;
  }

  std::vector<ImageRef> images;
  io::Event go_on;
  absl::Status answer;
};

TEST(Controller, AnswersWhenTheListenerHasTheImage) {
  Node node;
  node.MustStart();
  Listener listener(node.loop());
  node.controller().set_listener(&listener);
  std::optional<ErrorCode> error;
  io::Gate gate(node.loop());
  const auto create = [](Controller& controller, std::optional<ErrorCode>& into) -> io::Task<void> {
    std::vector<NewTopic> topics{{.name = "t"}};
    const auto results = co_await controller.CreateTopics(std::move(topics), false);
    into = results[0].error;
  };
  gate.Spawn(create(node.controller(), error));
  ASSERT_TRUE(node.world.RunUntilIdle());
  ASSERT_EQ(listener.images.size(), 1u);
  EXPECT_NE(listener.images[0]->Find("t"), nullptr);
  EXPECT_FALSE(error.has_value());
  listener.go_on.Set();
  ASSERT_TRUE(node.world.RunToEnd(node.loop(), gate.Close()));
  EXPECT_EQ(error, ErrorCode::kNone);
}

TEST(Controller, TellsWhatTheListenerCouldNotDo) {
  Node node;
  node.MustStart();
  Listener listener(node.loop());
  listener.go_on.Set();
  listener.answer = absl::ResourceExhaustedError("no room for t-0");
  node.controller().set_listener(&listener);
  const TopicResult result = node.Create(NewTopic{.name = "t"});
  EXPECT_EQ(result.error, ErrorCode::kKafkaStorageError);
  EXPECT_THAT(result.message, HasSubstr("no room for t-0"));
  EXPECT_NE(node.image()->Find("t"), nullptr);
  listener.answer = absl::OkStatus();
  EXPECT_EQ(node.Create("u"), ErrorCode::kNone);
}

TEST(Controller, GoesOnAfterAFullDisk) {
  Node node;
  node.MustStart();
  node.Create("a");
  node.disk().Inject({.call = io::SimCall::kAppend,
                      .kind = io::SimFault::kNoSpace,
                      .path = "__cluster_metadata-0"});
  const std::string before = Describe(*node.image());
  EXPECT_EQ(node.Create("b"), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(Describe(*node.image()), before);
  node.world.RunFor(std::chrono::minutes(5));
  EXPECT_EQ(node.Create("b"), ErrorCode::kNone);
  node.Restart();
  EXPECT_EQ(node.image()->topic_count(), 2u);
}

TEST(Controller, TakesNoChangeAfterAFailedSync) {
  Node node;
  node.MustStart();
  node.Create("a");
  node.disk().Inject({.call = io::SimCall::kSyncData, .path = "__cluster_metadata-0"});
  EXPECT_EQ(node.Create("b"), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(node.Create("c"), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(node.Delete("a"), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(node.image()->topic_count(), 1u);
  node.Restart();
  EXPECT_NE(node.image()->Find("a"), nullptr);
  EXPECT_EQ(node.image()->Find("c"), nullptr);
}

TEST(Controller, RefusesChangesOnceItCloses) {
  Node node;
  node.MustStart();
  ASSERT_TRUE(node.Run(node.controller().Close()).ok());
  EXPECT_EQ(node.Create("a"), ErrorCode::kRequestTimedOut);
}

}  // namespace
}  // namespace varve::cluster
