#include "server/config/topic_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "server/config/describe.h"

namespace varve::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

BrokerConfig Broker(std::string_view text = {}) {
  return *BrokerConfig::Parse({.file_text = text, .overrides = {}, .host_name = "box"});
}

std::string Refusal(const TopicOverrides& overrides) {
  return std::string(ValidateTopicConfig(overrides, Broker()).message());
}

TEST(TopicConfig, OfNothingIsTheStructsDefaults) {
  EXPECT_EQ(ResolveTopicConfig({}, Broker()), TopicConfig());
}

TEST(TopicConfig, TakesTheTopicOverTheBroker) {
  const BrokerConfig broker = Broker(
      "log.retention.minutes=1\nlog.segment.bytes=2000000\nlog.cleanup.policy=compact\n"
      "compression.type=zstd\nlog.message.timestamp.type=LogAppendTime");
  TopicConfig config = ResolveTopicConfig({}, broker);
  EXPECT_EQ(config.retention_ms, 60'000);
  EXPECT_EQ(config.segment_bytes, 2'000'000);
  EXPECT_TRUE(config.cleanup_compact);
  EXPECT_FALSE(config.cleanup_delete);
  EXPECT_EQ(config.compression, Compression::kZstd);
  EXPECT_EQ(config.timestamp_type, TimestampType::kLogAppendTime);

  config = ResolveTopicConfig({{"retention.ms", "-1"},
                               {"cleanup.policy", "delete,compact"},
                               {"compression.type", "uncompressed"},
                               {"flush.messages", "1"}},
                              broker);
  EXPECT_EQ(config.retention_ms, -1);
  EXPECT_TRUE(config.cleanup_compact);
  EXPECT_TRUE(config.cleanup_delete);
  EXPECT_EQ(config.compression, Compression::kUncompressed);
  EXPECT_EQ(config.flush_messages, 1);
}

TEST(TopicConfig, LetsTestsHaveTinySegments) {
  const auto segment_bytes = [](const TopicOverrides& overrides, std::string_view broker = {}) {
    return ResolveTopicConfig(overrides, Broker(broker)).segment_bytes;
  };
  EXPECT_EQ(segment_bytes({{"internal.segment.bytes", "14"}, {"segment.bytes", "1048576"}}), 14);
  EXPECT_EQ(segment_bytes({}, "internal.log.segment.bytes=100"), 100);
  EXPECT_EQ(segment_bytes({{"segment.bytes", "1048576"}}, "internal.log.segment.bytes=100"),
            1'048'576);
  EXPECT_THAT(Refusal({{"internal.segment.bytes", "13"}}), HasSubstr("from 14 to"));
}

TEST(TopicConfig, RefusesByName) {
  EXPECT_EQ(Refusal({{"retention.ms", "1000"}, {"segment.bytes", "1048576"}}), "");
  EXPECT_EQ(Refusal({{"segment.bytes", "100"}}),
            "segment.bytes=100: permitted is an integer from 1048576 to 2147483647");
  EXPECT_EQ(Refusal({{"retention.mss", "1"}}),
            "unknown topic property retention.mss; did you mean retention.ms?");
  EXPECT_EQ(Refusal({{"log.retention.check.interval.ms", "1"}}),
            "unknown topic property log.retention.check.interval.ms");
  EXPECT_EQ(Refusal({{"min.compaction.lag.ms", "20"}, {"max.compaction.lag.ms", "10"}}),
            "min.compaction.lag.ms=20: permitted is at most max.compaction.lag.ms, 10");
  EXPECT_EQ(Refusal({{"remote.storage.enable", "true"}}),
            "remote.storage.enable=true: permitted is false");
}

TEST(TopicConfig, KeepsWhatOlderVersionsStoredAndPassesOverNonsense) {
  std::vector<std::string> rejected;
  const TopicConfig config = ResolveTopicConfig(
      {{"segment.bytes", "14"}, {"retention.ms", "soon"}, {"message.format.version", "2.8"}},
      Broker(), &rejected);
  EXPECT_EQ(config.segment_bytes, 14);
  EXPECT_EQ(config.retention_ms, 604'800'000);
  EXPECT_THAT(rejected, ElementsAre(HasSubstr("retention.ms=soon")));
}

DescribedConfig Of(const std::vector<DescribedConfig>& all, std::string_view name) {
  const auto at = std::find_if(all.begin(), all.end(),
                               [name](const DescribedConfig& c) { return c.name == name; });
  return at == all.end() ? DescribedConfig{} : *at;
}

// "name=value@source" of each layer.
std::vector<std::string> Layers(const DescribedConfig& config) {
  std::vector<std::string> layers;
  for (const DescribedSynonym& synonym : config.synonyms) {
    layers.push_back(fmt::format("{}={}@{}", synonym.name, synonym.value.value_or("null"),
                                 static_cast<int>(synonym.source)));
  }
  return layers;
}

TEST(Describe, TellsWhereATopicsValuesComeFrom) {
  const auto all = DescribeTopic({{"retention.ms", " 5 "}},
                                 Broker("log.retention.hours=1\nmin.insync.replicas=2"));
  const DescribedConfig retention = Of(all, "retention.ms");
  EXPECT_EQ(retention.value, "5");
  EXPECT_EQ(retention.source, Source::kTopic);
  EXPECT_EQ(retention.type, Type::kLong);
  EXPECT_THAT(Layers(retention), ElementsAre("retention.ms=5@1", "log.retention.hours=1@4",
                                             "log.retention.hours=168@5"));
  EXPECT_EQ(Of(all, "min.insync.replicas").source, Source::kStaticBroker);
  EXPECT_EQ(Of(all, "min.insync.replicas").value, "2");
  EXPECT_EQ(Of(all, "segment.bytes").source, Source::kDefault);
  EXPECT_EQ(Of(all, "segment.bytes").value, "1073741824");
  EXPECT_EQ(Of(all, "remote.storage.enable").value, "false");
  EXPECT_EQ(Of(all, "internal.segment.bytes").name, "");
}

TEST(Describe, ShowsSynonymsInTheUnitOfTheProperty) {
  const BrokerConfig broker = Broker("log.retention.hours=1");
  EXPECT_EQ(Of(DescribeTopic({}, broker), "retention.ms").value, "3600000");
  EXPECT_EQ(Of(DescribeBroker(broker), "log.retention.ms").value, "3600000");
  EXPECT_EQ(Of(DescribeBroker(broker), "log.retention.minutes").value, std::nullopt);
}

TEST(Describe, HidesSecrets) {
  const auto all = DescribeBroker(Broker("ssl.key.password=hunter2"));
  const DescribedConfig password = Of(all, "ssl.key.password");
  EXPECT_TRUE(password.sensitive);
  EXPECT_EQ(password.value, std::nullopt);
  EXPECT_THAT(Layers(password), ElementsAre("ssl.key.password=null@4"));
}

TEST(Describe, ListsTheBrokersNames) {
  const auto all = DescribeBroker(Broker("listeners=PLAINTEXT://:1"));
  EXPECT_EQ(Of(all, "listeners").value, "PLAINTEXT://:1");
  EXPECT_EQ(Of(all, "listeners").source, Source::kStaticBroker);
  EXPECT_TRUE(Of(all, "node.id").read_only);
  EXPECT_FALSE(Of(all, "message.max.bytes").read_only);
  EXPECT_EQ(Of(all, "internal.log.segment.bytes").name, "");
}

}  // namespace
}  // namespace varve::config
