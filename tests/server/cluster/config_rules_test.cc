#include "server/cluster/config_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace varve::cluster {
namespace {

using config::BrokerConfig;
using config::DynamicOverrides;
using config::Overrides;
using ::testing::HasSubstr;
using wire::ConfigResource;
using wire::ErrorCode;
using Operation = wire::ConfigOperation;

BrokerConfig Broker(std::string_view text = {}) {
  return *BrokerConfig::Parse({.file_text = text, .overrides = {}, .host_name = "box"});
}

ConfigChange OfTopic(std::vector<Alteration> alterations, bool replace_all = false) {
  return {ConfigResource::kTopic, "t", std::move(alterations), replace_all};
}

ConfigChange OfBroker(std::string name, std::vector<Alteration> alterations) {
  return {ConfigResource::kBroker, std::move(name), std::move(alterations), false};
}

// What a topic has after a change that is expected to be fine.
Overrides After(const ConfigChange& change, const Overrides& before, std::string_view broker = {}) {
  Overrides after;
  const Verdict verdict = AlterTopic(change, before, Broker(broker), after);
  EXPECT_TRUE(verdict.ok()) << verdict.message;
  return after;
}

Verdict Refusal(const ConfigChange& change, const Overrides& before = {}) {
  Overrides after;
  return AlterTopic(change, before, Broker(), after);
}

Verdict RefusalOfBroker(const ConfigChange& change) {
  DynamicOverrides after;
  return AlterBroker(change, Broker(), after);
}

TEST(ConfigRules, SetAndDeleteConcernWhatTheyName) {
  const Overrides before{{"retention.ms", "5"}, {"segment.ms", "6"}};
  EXPECT_EQ(After(OfTopic({{"retention.ms", Operation::kSet, "7"}}), before),
            (Overrides{{"retention.ms", "7"}, {"segment.ms", "6"}}));
  EXPECT_EQ(After(OfTopic({{"retention.ms", Operation::kDelete, {}}}), before),
            (Overrides{{"segment.ms", "6"}}));
  EXPECT_EQ(After(OfTopic({{"flush.ms", Operation::kDelete, {}}}), before), before);
}

TEST(ConfigRules, ReplacingDropsWhatIsNotNamed) {
  const Overrides before{{"retention.ms", "5"}, {"segment.ms", "6"}};
  EXPECT_EQ(After(OfTopic({{"flush.ms", Operation::kSet, "7"}}, true), before),
            (Overrides{{"flush.ms", "7"}}));
  EXPECT_EQ(After(OfTopic({}, true), before), Overrides());
}

TEST(ConfigRules, ListsGrowAndShrink) {
  const Overrides compact{{"cleanup.policy", "compact"}};
  const Overrides both{{"cleanup.policy", "compact,delete"}};
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kAppend, "delete"}}), compact), both);
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kAppend, "delete, compact"}}), both),
            both);
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kSubtract, "delete"}}), both), compact);
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kSubtract, "delete"}}), compact), compact);
}

TEST(ConfigRules, AListThatIsNotSetBeginsWithTheBrokers) {
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kAppend, "compact"}}), {}),
            (Overrides{{"cleanup.policy", "delete,compact"}}));
  EXPECT_EQ(After(OfTopic({{"cleanup.policy", Operation::kAppend, "delete"}}), {},
                  "log.cleanup.policy=compact"),
            (Overrides{{"cleanup.policy", "compact,delete"}}));
}

TEST(ConfigRules, OnlyListsHaveElements) {
  for (const std::string name : {"retention.ms", "no.such.name"}) {
    const Verdict verdict = Refusal(OfTopic({{name, Operation::kAppend, "1"}}));
    EXPECT_EQ(verdict.error, ErrorCode::kInvalidConfig);
    EXPECT_THAT(verdict.message, HasSubstr("it is not a list"));
  }
}

TEST(ConfigRules, TopicsTakeWhatTheTablePermits) {
  const auto set = [](std::string name, std::string value) {
    return Refusal(OfTopic({{std::move(name), Operation::kSet, std::move(value)}}));
  };
  EXPECT_EQ(set("retention.ms", "-1").error, ErrorCode::kNone);
  EXPECT_EQ(set("retention.ms", "-2").error, ErrorCode::kInvalidConfig);
  EXPECT_EQ(set("retention.ms", "soon").error, ErrorCode::kInvalidConfig);
  EXPECT_EQ(set("cleanup.policy", "shred").error, ErrorCode::kInvalidConfig);
  EXPECT_THAT(set("retention.mss", "1").message, HasSubstr("did you mean retention.ms?"));
  EXPECT_EQ(Refusal(OfTopic({{"min.compaction.lag.ms", Operation::kSet, "20"},
                             {"max.compaction.lag.ms", Operation::kSet, "10"}}))
                .error,
            ErrorCode::kInvalidConfig);
}

// Kafka before 4.0 took segments of 14 bytes, and knew properties that are gone.
TEST(ConfigRules, WhatWasStoredStaysAndIsNotTakenAnew) {
  const Overrides old{{"segment.bytes", "14"}, {"message.format.version", "2.8"}};
  const Verdict other = Refusal(OfTopic({{"retention.ms", Operation::kSet, "5"}}), old);
  EXPECT_TRUE(other.ok()) << other.message;
  EXPECT_EQ(Refusal(OfTopic({{"segment.bytes", Operation::kSet, "15"}}), old).error,
            ErrorCode::kInvalidConfig);
  EXPECT_EQ(After(OfTopic({{"message.format.version", Operation::kDelete, {}}}), old),
            (Overrides{{"segment.bytes", "14"}}));
}

TEST(ConfigRules, BrokersTakeWhatNeedsNoStart) {
  const auto set = [](std::string broker, std::string name, std::string value) {
    return RefusalOfBroker(
        OfBroker(std::move(broker), {{std::move(name), Operation::kSet, std::move(value)}}));
  };
  EXPECT_EQ(set("", "log.retention.ms", "5").error, ErrorCode::kNone);
  EXPECT_EQ(set("1", "log.retention.ms", "5").error, ErrorCode::kNone);
  EXPECT_EQ(set("1", "log.retention.ms", "0").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(set("1", "log.retention.hours", "5").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(set("1", "log.dirs", "/x").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(set("1", "sasl.enabled.mechanisms", "PLAIN").error, ErrorCode::kNone);
  EXPECT_EQ(set("", "sasl.enabled.mechanisms", "PLAIN").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(set("1", "ssl.keystore.password", "x").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(set("1", "a.plugin's.name", "x").error, ErrorCode::kNone);
}

// Kafka could not read such a log, and it has to be kept in memory.
TEST(ConfigRules, WhatIsKeptHasBounds) {
  const std::string list = "follower.replication.throttled.replicas";
  const auto topic = [&](size_t bytes) {
    return Refusal(OfTopic({{list, Operation::kSet, std::string(bytes, '1')}})).error;
  };
  EXPECT_EQ(topic(32'767), ErrorCode::kNone);
  EXPECT_EQ(topic(32'768), ErrorCode::kInvalidConfig);
  const auto broker = [](size_t bytes) {
    return RefusalOfBroker(
               OfBroker("", {{"a.plugin.name", Operation::kSet, std::string(bytes, '1')}}))
        .error;
  };
  EXPECT_EQ(broker(32'767), ErrorCode::kNone);
  EXPECT_EQ(broker(32'768), ErrorCode::kInvalidRequest);
  std::vector<Alteration> many;
  many.reserve(1'001);
  for (int i = 0; i < 1'000; ++i) many.push_back({std::to_string(i), Operation::kSet, "x"});
  EXPECT_EQ(RefusalOfBroker(OfBroker("1", many)).error, ErrorCode::kNone);
  many.push_back({"one more", Operation::kSet, "x"});
  EXPECT_EQ(RefusalOfBroker(OfBroker("1", many)).error, ErrorCode::kInvalidRequest);
}

TEST(ConfigRules, ABrokersValuesFitTogether) {
  const auto refused = [](std::string name, std::string value) {
    return RefusalOfBroker(OfBroker("", {{std::move(name), Operation::kSet, std::move(value)}}));
  };
  EXPECT_THAT(refused("log.cleaner.io.buffer.load.factor", "1.5").message, HasSubstr("up to 1"));
  EXPECT_THAT(refused("max.connections.per.ip.overrides", "x").message, HasSubstr("address:count"));
  EXPECT_THAT(
      RefusalOfBroker(OfBroker("1", {{"log.cleaner.min.compaction.lag.ms", Operation::kSet, "20"},
                                     {"log.cleaner.max.compaction.lag.ms", Operation::kSet, "10"}}))
          .message,
      HasSubstr("at most max.compaction.lag.ms"));
}

TEST(ConfigRules, ABrokerAndAllBrokersAreTwoLayers) {
  const BrokerConfig before = Broker().With({.all = {{"message.max.bytes", "5"}}, .own = {}});
  DynamicOverrides after;
  ASSERT_TRUE(
      AlterBroker(OfBroker("1", {{"message.max.bytes", Operation::kSet, "6"}}), before, after)
          .ok());
  EXPECT_EQ(after.all, (Overrides{{"message.max.bytes", "5"}}));
  EXPECT_EQ(after.own, (Overrides{{"message.max.bytes", "6"}}));
  EXPECT_EQ(before.With(after).Int("message.max.bytes"), 6);
}

TEST(ConfigRules, RequestsMustMakeSense) {
  const auto code = [](const ConfigChange& change) { return CheckConfigChange(change, 1).error; };
  const Alteration fine{"retention.ms", Operation::kSet, "1"};
  EXPECT_EQ(code(OfTopic({fine})), ErrorCode::kNone);
  EXPECT_EQ(code(OfTopic({fine, fine})), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(OfTopic({{"retention.ms", Operation::kSet, {}}})), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(OfTopic({{"retention.ms", Operation::kAppend, {}}})), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(OfTopic({{"retention.ms", Operation{4}, "1"}})), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(OfTopic({{"retention.ms", Operation::kDelete, {}}})), ErrorCode::kNone);
  EXPECT_EQ(code({ConfigResource::kTopic, "", {fine}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code({ConfigResource::kTopic, "a b", {fine}}), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(code({ConfigResource{3}, "t", {fine}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code({ConfigResource::kGroup, "g", {fine}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code({ConfigResource::kClientMetrics, "m", {fine}}), ErrorCode::kInvalidRequest);
}

TEST(ConfigRules, ABrokerGoesByItsId) {
  const auto code = [](ConfigResource type, const std::string& name) {
    return CheckConfigResource(type, name, 7).error;
  };
  EXPECT_EQ(code(ConfigResource::kBroker, "7"), ErrorCode::kNone);
  EXPECT_EQ(code(ConfigResource::kBroker, ""), ErrorCode::kNone);
  for (const std::string name : {"8", "07", "+7", " 7", "7x", "99999999999", "one"}) {
    EXPECT_EQ(code(ConfigResource::kBroker, name), ErrorCode::kInvalidRequest) << name;
  }
  EXPECT_EQ(code(ConfigResource::kBrokerLogger, "7"), ErrorCode::kNone);
  EXPECT_EQ(code(ConfigResource::kBrokerLogger, ""), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(ConfigResource::kGroup, ""), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(ConfigResource::kGroup, "g"), ErrorCode::kNone);
}

TEST(ConfigRules, ThereAreNoLoggers) {
  ConfigChange change{ConfigResource::kBrokerLogger, "1", {{"kafka", Operation::kSet, "INFO"}}};
  EXPECT_EQ(CheckConfigChange(change, 1).error, ErrorCode::kInvalidConfig);
  change.replace_all = true;
  EXPECT_EQ(CheckConfigChange(change, 1).error, ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace varve::cluster
