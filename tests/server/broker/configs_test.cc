#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Properties that are changed and described while the broker runs.
namespace varve::broker::test {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using wire::ConfigOperation;
using wire::ConfigResource;
using wire::ConfigSource;
using wire::ErrorCode;

constexpr std::string_view kOften =
    "log.retention.check.interval.ms=1000\nlog.initial.task.delay.ms=0\n"
    "connections.max.idle.ms=-1\n";

wire::AlteredResource Alter(Machine& machine, ConfigResource type, std::string_view resource,
                            std::string_view name, std::optional<std::string_view> value,
                            bool validate_only = false) {
  wire::IncrementalAlterConfigsRequest request;
  const auto operation = value ? ConfigOperation::kSet : ConfigOperation::kDelete;
  request.resources.push_back({type, resource, {{name, operation, value}}});
  request.validate_only = validate_only;
  const auto answer = machine.client().Call(request, 1);
  EXPECT_EQ(answer.responses.size(), 1u);
  return answer.responses.at(0);
}

ErrorCode SetTopic(Machine& machine, std::string_view name, std::string_view value) {
  return Alter(machine, ConfigResource::kTopic, "t", name, value).error_code;
}

ErrorCode SetBroker(Machine& machine, std::string_view id, std::string_view name,
                    std::optional<std::string_view> value) {
  return Alter(machine, ConfigResource::kBroker, id, name, value).error_code;
}

wire::DescribeConfigsResponse::Result Describe(Machine& machine, ConfigResource type,
                                               std::string_view resource,
                                               std::vector<std::string_view> keys = {},
                                               bool everything = false) {
  wire::DescribeConfigsRequest request;
  request.resources.push_back({type, resource, std::move(keys)});
  request.include_synonyms = everything;
  request.include_documentation = everything;
  const auto answer = machine.client().Call(request, 4);
  EXPECT_EQ(answer.results.size(), 1u);
  return answer.results.at(0);
}

// "value@source" of one property.
std::string Shown(Machine& machine, ConfigResource type, std::string_view resource,
                  std::string_view name) {
  const auto result = Describe(machine, type, resource, {name});
  if (result.configs.size() != 1 || result.configs[0].name != name) return "?";
  return result.configs[0].value.value_or("null") + "@" +
         std::to_string(static_cast<int>(result.configs[0].config_source));
}

std::string OfTopic(Machine& machine, std::string_view name) {
  return Shown(machine, ConfigResource::kTopic, "t", name);
}

// Ten batches of about 200 bytes, two a segment of 450.
void Fill(Machine& machine) {
  for (int i = 0; i < 10; ++i) {
    const auto produced =
        Produce(machine.client(), "t", 0, Batch({std::string(130, '.')}, machine.NowMs()));
    ASSERT_EQ(produced.error_code, ErrorCode::kNone);
  }
}

int64_t Earliest(Machine& machine) {
  return ListOffset(machine.client(), "t", wire::kEarliestTimestamp).offset;
}

TEST(Configs, ATopicsNewRetentionHoldsAtOnce) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1, {{"internal.segment.bytes", "450"}});
  Fill(machine);
  machine.RunFor(seconds(20));
  EXPECT_EQ(Earliest(machine), 0);
  EXPECT_EQ(SetTopic(machine, "retention.ms", "10000"), ErrorCode::kNone);
  machine.RunFor(seconds(3));
  EXPECT_EQ(Earliest(machine), 10);
}

TEST(Configs, ABrokersNewRetentionHoldsForTopicsWithoutTheirOwn) {
  Machine machine({.config = kOften});
  CreateTopic(machine.client(), "t", 1, {{"internal.segment.bytes", "450"}});
  Fill(machine);
  machine.RunFor(seconds(3));
  EXPECT_EQ(SetTopic(machine, "retention.bytes", "-1"), ErrorCode::kNone);
  EXPECT_EQ(SetBroker(machine, "", "log.retention.bytes", "1000"), ErrorCode::kNone);
  machine.RunFor(seconds(3));
  EXPECT_EQ(Earliest(machine), 0);
  EXPECT_EQ(Alter(machine, ConfigResource::kTopic, "t", "retention.bytes", {}).error_code,
            ErrorCode::kNone);
  machine.RunFor(seconds(3));
  EXPECT_EQ(Earliest(machine), 4);
}

TEST(Configs, TheLargestBatchFollows) {
  Machine machine;
  CreateTopic(machine.client(), "t");
  const auto produce = [&] {
    return Produce(machine.client(), "t", 0, Batch({std::string(500, '.')}, machine.NowMs()))
        .error_code;
  };
  EXPECT_EQ(produce(), ErrorCode::kNone);
  EXPECT_EQ(SetBroker(machine, "1", "message.max.bytes", "400"), ErrorCode::kNone);
  EXPECT_EQ(produce(), ErrorCode::kMessageTooLarge);
  EXPECT_EQ(SetTopic(machine, "max.message.bytes", "4000"), ErrorCode::kNone);
  EXPECT_EQ(produce(), ErrorCode::kNone);
}

TEST(Configs, ConnectionsAreCountedAgainstTheNewLimit) {
  Machine machine;
  EXPECT_EQ(SetBroker(machine, "", "max.connections.per.ip", "1"), ErrorCode::kNone);
  EXPECT_TRUE(machine.Connect().Closed());
  EXPECT_EQ(SetBroker(machine, "", "max.connections.per.ip", {}), ErrorCode::kNone);
  EXPECT_EQ(machine.Connect().Call(wire::ApiVersionsRequest{}, 3).error_code, ErrorCode::kNone);
}

TEST(Configs, EverythingOutlivesTheProcess) {
  Machine machine({.config = "connections.max.idle.ms=-1\nlog.roll.hours=2\n"});
  CreateTopic(machine.client(), "t");
  EXPECT_EQ(SetTopic(machine, "retention.ms", "5"), ErrorCode::kNone);
  EXPECT_EQ(SetBroker(machine, "", "log.roll.ms", "6"), ErrorCode::kNone);
  EXPECT_EQ(SetBroker(machine, "1", "max.connections.per.ip", "1"), ErrorCode::kNone);
  for (const bool crash : {true, false}) {
    if (crash) {
      machine.Crash(io::SimCrash::kPower);
      machine.Start();
    } else {
      machine.Restart();
    }
    EXPECT_EQ(OfTopic(machine, "retention.ms"), "5@1");
    EXPECT_EQ(OfTopic(machine, "segment.ms"), "6@3");
    EXPECT_EQ(Shown(machine, ConfigResource::kBroker, "1", "max.connections.per.ip"), "1@2");
    EXPECT_TRUE(machine.Connect().Closed());
  }
}

TEST(Configs, ValidatingChangesNothing) {
  Machine machine;
  CreateTopic(machine.client(), "t");
  const auto validated =
      Alter(machine, ConfigResource::kTopic, "t", "retention.ms", "5", /*validate_only=*/true);
  EXPECT_EQ(validated.error_code, ErrorCode::kNone);
  EXPECT_EQ(OfTopic(machine, "retention.ms"), "604800000@5");
  const auto wrong =
      Alter(machine, ConfigResource::kTopic, "t", "retention.ms", "x", /*validate_only=*/true);
  EXPECT_EQ(wrong.error_code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(wrong.error_message.value_or(""), HasSubstr("retention.ms=x"));
}

TEST(Configs, AlterConfigsReplacesWhatWasSet) {
  Machine machine;
  CreateTopic(machine.client(), "t", 1, {{"retention.ms", "5"}});
  wire::AlterConfigsRequest request;
  request.resources.push_back({ConfigResource::kTopic, "t", {{"segment.ms", "6"}}});
  const auto answer = machine.client().Call(request, 2);
  ASSERT_EQ(answer.responses.size(), 1u);
  EXPECT_EQ(answer.responses[0].error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.responses[0].resource_name, "t");
  EXPECT_EQ(OfTopic(machine, "retention.ms"), "604800000@5");
  EXPECT_EQ(OfTopic(machine, "segment.ms"), "6@1");
}

TEST(Configs, WhatNeedsAStartIsRefused) {
  Machine machine;
  EXPECT_EQ(SetBroker(machine, "1", "num.partitions", "5"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(SetBroker(machine, "2", "log.retention.ms", "5"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(Shown(machine, ConfigResource::kBroker, "1", "num.partitions"), "1@5");
}

TEST(DescribeConfigs, TellsTypeSourceSynonymsAndDocumentation) {
  Machine machine({.config = "log.retention.hours=1"});
  CreateTopic(machine.client(), "t", 1, {{"retention.ms", "5"}});
  const auto result = Describe(machine, ConfigResource::kTopic, "t", {"retention.ms"}, true);
  ASSERT_EQ(result.configs.size(), 1u);
  const auto& config = result.configs[0];
  EXPECT_EQ(config.value, "5");
  EXPECT_EQ(config.config_source, ConfigSource::kTopic);
  EXPECT_EQ(config.config_type, wire::ConfigType::kLong);
  EXPECT_FALSE(config.read_only);
  EXPECT_THAT(config.documentation.value_or(""), HasSubstr("age in ms"));
  ASSERT_EQ(config.synonyms.size(), 3u);
  EXPECT_EQ(config.synonyms[0].source, ConfigSource::kTopic);
  EXPECT_EQ(config.synonyms[1].name, "log.retention.hours");
  EXPECT_EQ(config.synonyms[1].source, ConfigSource::kStaticBroker);
}

TEST(DescribeConfigs, TellsNoMoreThanWasAskedFor) {
  Machine machine;
  CreateTopic(machine.client(), "t");
  const auto all = Describe(machine, ConfigResource::kTopic, "t");
  EXPECT_GT(all.configs.size(), 30u);
  EXPECT_THAT(all.configs[0].synonyms, IsEmpty());
  EXPECT_EQ(all.configs[0].documentation, std::nullopt);
  const auto some =
      Describe(machine, ConfigResource::kTopic, "t", {"segment.ms", "no.such", "cleanup.policy"});
  ASSERT_EQ(some.configs.size(), 2u);
  EXPECT_EQ(some.configs[0].name, "cleanup.policy");
  EXPECT_EQ(some.configs[1].name, "segment.ms");
}

TEST(DescribeConfigs, SecretsAndWhatNeedsAStartAreMarked) {
  Machine machine({.config = "ssl.key.password=hunter2"});
  const auto result =
      Describe(machine, ConfigResource::kBroker, "1", {"ssl.key.password", "log.dirs"});
  ASSERT_EQ(result.configs.size(), 2u);
  EXPECT_TRUE(result.configs[0].read_only);
  EXPECT_FALSE(result.configs[0].is_sensitive);
  EXPECT_TRUE(result.configs[1].is_sensitive);
  EXPECT_EQ(result.configs[1].value, std::nullopt);
}

TEST(DescribeConfigs, OtherResourcesAreAnsweredProperly) {
  Machine machine;
  const auto code = [&](ConfigResource type, std::string_view name) {
    return Describe(machine, type, name).error_code;
  };
  EXPECT_EQ(code(ConfigResource::kTopic, "t"), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(code(ConfigResource::kTopic, "a b"), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(code(ConfigResource::kBroker, "2"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(ConfigResource::kBroker, ""), ErrorCode::kNone);
  EXPECT_EQ(code(ConfigResource::kBrokerLogger, "1"), ErrorCode::kNone);
  EXPECT_EQ(code(ConfigResource::kGroup, "g"), ErrorCode::kNone);
  EXPECT_EQ(code(ConfigResource::kClientMetrics, ""), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(ConfigResource{99}, "x"), ErrorCode::kInvalidRequest);
}

// A topic named a million times in a small request would be an answer of gigabytes; and work, where
// nothing of it is asked for.
TEST(DescribeConfigs, AnAnswerHasABound) {
  Machine machine;
  CreateTopic(machine.client(), "t");
  wire::DescribeConfigsRequest request;
  request.include_documentation = true;
  const std::vector<std::string_view> none{"no.such"};
  request.resources.resize(20'000, {ConfigResource::kTopic, "t", none});
  const auto answer = machine.client().Call(request, 4);
  ASSERT_EQ(answer.results.size(), 20'000u);
  EXPECT_EQ(answer.results.front().error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.results.back().error_code, ErrorCode::kInvalidRequest);
  EXPECT_THAT(answer.results.back().error_message.value_or(""), HasSubstr("fewer"));
}

TEST(ListConfigResources, NamesTopicsAndTheBroker) {
  Machine machine;
  CreateTopic(machine.client(), "b");
  CreateTopic(machine.client(), "a");
  const auto names = [&](std::vector<ConfigResource> types, int version) {
    std::vector<std::string> found;
    const auto answer =
        machine.client().Call(wire::ListConfigResourcesRequest{std::move(types)}, version);
    for (const auto& resource : answer.config_resources) found.emplace_back(resource.resource_name);
    return found;
  };
  EXPECT_THAT(names({ConfigResource::kTopic}, 1), ElementsAre("a", "b"));
  EXPECT_THAT(names({}, 1), ElementsAre("a", "b", "1", "1"));
  EXPECT_THAT(names({ConfigResource::kGroup}, 1), IsEmpty());
  EXPECT_THAT(names({}, 0), IsEmpty());
  const wire::ListConfigResourcesRequest unknown{{ConfigResource{99}}};
  EXPECT_EQ(machine.client().Call(unknown, 1).error_code, ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace varve::broker::test
