#include <gtest/gtest.h>

#include "server/cluster/controller.h"
#include "tests/server/cluster/node.h"

// Properties of topics and brokers that are changed through the controller.
namespace varve::cluster {
namespace {

using test::Node;
using wire::ConfigResource;
using wire::ErrorCode;
using Operation = wire::ConfigOperation;

ConfigChange SetTopic(const std::string& topic, const std::string& name, const std::string& value) {
  return {ConfigResource::kTopic, topic, {{name, Operation::kSet, value}}, false};
}

ConfigChange SetBroker(const std::string& id, const std::string& name, const std::string& value) {
  return {ConfigResource::kBroker, id, {{name, Operation::kSet, value}}, false};
}

ConfigChange DropBroker(const std::string& id, const std::string& name) {
  return {ConfigResource::kBroker, id, {{name, Operation::kDelete, {}}}, false};
}

std::vector<ErrorCode> Alter(Node& node, std::vector<ConfigChange> changes,
                             bool validate_only = false) {
  std::vector<ErrorCode> errors;
  for (const ConfigResult& result :
       node.Run(node.controller().AlterConfigs(std::move(changes), validate_only))) {
    errors.push_back(result.error);
  }
  return errors;
}

const std::vector<ErrorCode> kFine{ErrorCode::kNone};

int64_t RetentionOf(Node& node, std::string_view topic) {
  return node.image()->Find(topic)->config.retention_ms;
}

TEST(ControllerConfigs, EachResourceFailsByItself) {
  Node node;
  node.MustStart();
  node.Create("t");
  node.Create("u");
  EXPECT_EQ(
      Alter(node, {SetTopic("t", "retention.ms", "5"), SetTopic("u", "retention.ms", "x"),
                   SetTopic("v", "retention.ms", "5"), SetBroker("2", "log.roll.ms", "5")}),
      (std::vector<ErrorCode>{ErrorCode::kNone, ErrorCode::kInvalidConfig,
                              ErrorCode::kUnknownTopicOrPartition, ErrorCode::kInvalidRequest}));
  EXPECT_EQ(RetentionOf(node, "t"), 5);
  EXPECT_EQ(RetentionOf(node, "u"), 604'800'000);
}

TEST(ControllerConfigs, AResourceIsNamedOnce) {
  Node node;
  node.MustStart();
  node.Create("t");
  const std::vector<ErrorCode> refused(2, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Alter(node, {SetTopic("t", "retention.ms", "5"), SetTopic("t", "segment.ms", "5")}),
            refused);
  EXPECT_EQ(Alter(node, {SetBroker("", "log.roll.ms", "5"), SetBroker("", "log.roll.ms", "6")}),
            refused);
  // A topic and a broker of one name are two.
  node.Create("1");
  EXPECT_EQ(Alter(node, {SetTopic("1", "retention.ms", "5"), SetBroker("1", "log.roll.ms", "6")}),
            std::vector<ErrorCode>(2, ErrorCode::kNone));
}

TEST(ControllerConfigs, ValidatingChangesNothing) {
  Node node;
  node.MustStart();
  node.Create("t");
  const ImageRef before = node.image();
  EXPECT_EQ(Alter(node, {SetTopic("t", "retention.ms", "5")}, true), kFine);
  EXPECT_EQ(Alter(node, {SetBroker("", "log.retention.ms", "5")}, true), kFine);
  EXPECT_EQ(node.image(), before);
}

TEST(ControllerConfigs, WhatIsSoAlreadyWritesNothing) {
  Node node;
  node.MustStart();
  node.Create("t");
  Alter(node, {SetTopic("t", "retention.ms", "5")});
  const int64_t version = node.image()->version();
  EXPECT_EQ(Alter(node, {SetTopic("t", "retention.ms", "5")}), kFine);
  EXPECT_EQ(node.image()->version(), version);
}

TEST(ControllerConfigs, TopicsTakeFromTheBrokerWhatTheyDoNotSet) {
  Node node({}, "log.retention.hours=1");
  node.MustStart();
  node.Create("t");
  node.Create({.name = "own", .partitions = 1, .overrides = {{"retention.ms", "7"}}});
  const TopicRef own = node.image()->FindRef("own");
  EXPECT_EQ(RetentionOf(node, "t"), 3'600'000);
  EXPECT_EQ(Alter(node, {SetBroker("", "log.retention.ms", "5")}), kFine);
  EXPECT_EQ(RetentionOf(node, "t"), 5);
  EXPECT_EQ(node.image()->FindRef("own"), own) << "nothing changed for it";
  EXPECT_EQ(Alter(node, {SetBroker("1", "log.retention.ms", "6")}), kFine);
  EXPECT_EQ(RetentionOf(node, "t"), 6);
  node.Create("new");
  EXPECT_EQ(RetentionOf(node, "new"), 6);
  EXPECT_EQ(Alter(node, {DropBroker("1", "log.retention.ms")}), kFine);
  EXPECT_EQ(Alter(node, {DropBroker("", "log.retention.ms")}), kFine);
  EXPECT_EQ(RetentionOf(node, "t"), 3'600'000);
  EXPECT_EQ(node.image()->partition_count(), 3u);
}

TEST(ControllerConfigs, EverythingOutlivesTheProcess) {
  Node node;
  node.MustStart();
  node.Create("t");
  node.Create("u");
  ConfigChange broker = SetBroker("1", "message.max.bytes", "7");
  broker.alterations.push_back({"a.plugin.name", Operation::kSet, "8"});
  EXPECT_EQ(
      Alter(node, {SetTopic("t", "retention.ms", "5"), SetBroker("", "log.roll.ms", "6"), broker}),
      std::vector<ErrorCode>(3, ErrorCode::kNone));
  const config::DynamicOverrides before = node.image()->config().dynamic();
  EXPECT_EQ(before.own.size(), 2u);
  node.Restart();
  EXPECT_EQ(node.image()->config().dynamic(), before);
  EXPECT_EQ(RetentionOf(node, "t"), 5);
  EXPECT_EQ(node.image()->Find("u")->config.segment_ms, 6);
  EXPECT_EQ(node.image()->Find("u")->config.max_message_bytes, 7);
  EXPECT_EQ(node.image()->config().SourceOf("log.roll.ms"), config::Source::kDefaultBroker);
}

TEST(ControllerConfigs, SettingsOfTheBrokerFollow) {
  Node node;
  node.MustStart();
  EXPECT_EQ(Alter(node, {SetBroker("", "max.connections", "9")}), kFine);
  EXPECT_EQ(node.image()->config().settings().connections_max, 9);
  EXPECT_EQ(Alter(node, {DropBroker("", "max.connections")}), kFine);
  EXPECT_EQ(node.image()->config().settings().connections_max, 2'147'483'647);
}

}  // namespace
}  // namespace varve::cluster
