#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "server/config/describe.h"

// What is set while a broker runs, over what it was started with.
namespace varve::config {
namespace {

using ::testing::ElementsAre;

BrokerConfig Broker(std::string_view text = {}) {
  return *BrokerConfig::Parse({.file_text = text, .overrides = {}, .host_name = "box"});
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

TEST(Dynamic, TheStrongerLayerWins) {
  const BrokerConfig started = Broker("log.retention.hours=1\nlog.roll.ms=4");
  EXPECT_EQ(started.With({{{"log.retention.ms", "5"}}, {}}).Int("log.retention.ms"), 5);
  const BrokerConfig both =
      started.With({{{"log.retention.ms", "5"}}, {{"log.retention.ms", "6"}}});
  EXPECT_EQ(both.Int("log.retention.ms"), 6);
  EXPECT_EQ(both.SourceOf("log.retention.ms"), Source::kBroker);
  EXPECT_EQ(both.Int("log.roll.ms"), 4);
  EXPECT_EQ(both.With({}).Int("log.retention.ms"), 3'600'000);
  EXPECT_EQ(ResolveTopicConfig({}, both).retention_ms, 6);
}

// Another program may have left anything in the metadata.
TEST(Dynamic, WhatIsNotPermittedIsPassedOver) {
  const BrokerConfig config = Broker().With({{{"log.retention.ms", "soon"},
                                              {"log.dirs", "/elsewhere"},
                                              {"sasl.enabled.mechanisms", "PLAIN"},
                                              {"no.such.name", "x"}},
                                             {}});
  EXPECT_EQ(config.Int("log.retention.ms"), 604'800'000);
  EXPECT_EQ(config.Text("log.dir"), "/tmp/kafka-logs");
  EXPECT_EQ(config.settings().log_dirs.size(), 1u);
  EXPECT_EQ(config.SourceOf("sasl.enabled.mechanisms"), Source::kDefault);
}

TEST(Dynamic, WhatDoesNotFitTogetherLeavesTheSettings) {
  absl::Status problem;
  const BrokerConfig config =
      Broker("max.connections=7")
          .With({{{"max.connections", "8"}, {"max.connections.per.ip.overrides", "x"}}, {}},
                &problem);
  EXPECT_TRUE(absl::IsInvalidArgument(problem));
  EXPECT_EQ(config.settings().connections_max, 7);
}

TEST(Dynamic, LayersAreDescribed) {
  const BrokerConfig config = Broker("log.retention.hours=1")
                                  .With({{{"log.retention.ms", "5"}}, {{"log.retention.ms", "6"}}});
  const DescribedConfig retention = Of(DescribeTopic({}, config), "retention.ms");
  EXPECT_EQ(retention.value, "6");
  EXPECT_EQ(retention.source, Source::kBroker);
  EXPECT_THAT(Layers(retention),
              ElementsAre("log.retention.ms=6@2", "log.retention.ms=5@3", "log.retention.hours=1@4",
                          "log.retention.hours=168@5"));
  EXPECT_EQ(Of(DescribeBroker(config), "log.retention.ms").value, "6");
}

TEST(Dynamic, AllBrokersHaveOnlyWhatWasSetForThem) {
  const BrokerConfig config = Broker("log.roll.ms=4")
                                  .With({{{"log.retention.ms", "5"}, {"a.plugin.name", "x"}},
                                         {{"message.max.bytes", "6"}}});
  const auto all = DescribeAllBrokers(config);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "a.plugin.name");
  EXPECT_TRUE(all[0].sensitive);
  EXPECT_EQ(all[0].value, std::nullopt);
  EXPECT_EQ(all[1].name, "log.retention.ms");
  EXPECT_EQ(all[1].source, Source::kDefaultBroker);
  EXPECT_THAT(Layers(all[1]), ElementsAre("log.retention.ms=5@3"));
  EXPECT_EQ(Of(DescribeBroker(config), "a.plugin.name").source, Source::kDefaultBroker);
}

}  // namespace
}  // namespace varve::config
