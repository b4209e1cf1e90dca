#include "server/config/broker_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace varve::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

BrokerConfig Parse(std::string_view text, Strings overrides = {}) {
  auto config = BrokerConfig::Parse(
      {.file_text = text, .overrides = std::move(overrides), .host_name = "box.example"});
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

std::string Refusal(std::string_view text, Strings overrides = {}) {
  const auto config = BrokerConfig::Parse(
      {.file_text = text, .overrides = std::move(overrides), .host_name = "box.example"});
  return config.ok() ? "" : std::string(config.status().message());
}

TEST(BrokerConfig, HasKafkasDefaults) {
  const BrokerConfig config = Parse("");
  EXPECT_THAT(config.warnings(), IsEmpty());
  const BrokerSettings& settings = config.settings();
  EXPECT_EQ(settings.node_id, -1);
  EXPECT_THAT(settings.log_dirs, ElementsAre("/tmp/kafka-logs"));
  EXPECT_EQ(settings.metadata_log_dir, "/tmp/kafka-logs");
  EXPECT_EQ(settings.listeners.bound.at(0).ToString(), "PLAINTEXT://:9092");
  EXPECT_EQ(settings.listeners.advertised.at(0).ToString(), "PLAINTEXT://box.example:9092");
  EXPECT_EQ(settings.request_bytes_max, 104'857'600);
  EXPECT_EQ(settings.queued_request_bytes_max, -1);
  EXPECT_EQ(settings.recovery_threads_per_dir, 2);
  EXPECT_EQ(settings.io_backend, IoBackend::kAuto);
  EXPECT_TRUE(settings.auto_create_topics);
  EXPECT_EQ(config.Int("log.retention.ms"), 604'800'000);
  EXPECT_EQ(config.SourceOf("log.retention.ms"), Source::kDefault);
  EXPECT_TRUE(config.IsNull("broker.rack"));
  EXPECT_EQ(config.Text("broker.rack"), "");
}

TEST(BrokerConfig, TakesOverridesOverTheFileAndTheLaterOverTheEarlier) {
  const BrokerConfig config = Parse("num.partitions=2\nnum.partitions=3\nmessage.max.bytes=7\n",
                                    {"num.partitions=4", " num.partitions = 5", "log.dirs=/a=b"});
  EXPECT_EQ(config.Int("num.partitions"), 5);
  EXPECT_EQ(config.Int("message.max.bytes"), 7);
  EXPECT_EQ(config.SourceOf("message.max.bytes"), Source::kStaticBroker);
  EXPECT_THAT(config.settings().log_dirs, ElementsAre("/a=b"));
}

TEST(BrokerConfig, LooksAtSynonymsInOrder) {
  EXPECT_EQ(Parse("log.retention.hours=1").Int("log.retention.ms"), 3'600'000);
  EXPECT_EQ(Parse("log.retention.hours=1\nlog.retention.minutes=2").Int("log.retention.ms"),
            120'000);
  EXPECT_EQ(Parse("log.retention.ms=3\nlog.retention.minutes=2").Int("log.retention.ms"), 3);
  EXPECT_EQ(Parse("log.retention.hours=-1").Int("log.retention.ms"), -1);
  EXPECT_EQ(Parse("log.retention.hours=2147483647").Int("log.retention.ms"),
            int64_t{2147483647} * 3'600'000);
  EXPECT_EQ(Parse("log.roll.hours=1").Int("log.roll.ms"), 3'600'000);
  EXPECT_EQ(Parse("log.flush.scheduler.interval.ms=9").Int("log.flush.interval.ms"), 9);
  EXPECT_EQ(Parse("log.retention.minutes=2").SourceOf("log.retention.ms"), Source::kStaticBroker);
}

TEST(BrokerConfig, FindsItsDirectories) {
  EXPECT_THAT(Parse("log.dir=/a, /b").settings().log_dirs, ElementsAre("/a", "/b"));
  const BrokerConfig config = Parse("log.dir=/a\nlog.dirs=/b\nmetadata.log.dir=/m");
  EXPECT_THAT(config.settings().log_dirs, ElementsAre("/b"));
  EXPECT_EQ(config.settings().metadata_log_dir, "/m");
  EXPECT_THAT(Refusal("log.dirs=/a,,/b"), HasSubstr("log.dirs=/a,,/b: permitted are"));
  EXPECT_THAT(Refusal("log.dirs=/a,/a"), HasSubstr("each once"));
  EXPECT_THAT(Refusal("log.dirs="), HasSubstr("at least one directory"));
}

TEST(BrokerConfig, KnowsItsNumberByEitherName) {
  EXPECT_EQ(Parse("broker.id=7").settings().node_id, 7);
  EXPECT_EQ(Parse("node.id=7").settings().node_id, 7);
  EXPECT_EQ(Parse("node.id=7\nbroker.id=7").settings().node_id, 7);
  EXPECT_THAT(Refusal("node.id=7\nbroker.id=8"), HasSubstr("broker.id=8: permitted is"));
  EXPECT_THAT(Refusal("node.id=-2"), HasSubstr("node.id=-2: permitted is an integer from 0"));
}

TEST(BrokerConfig, RefusesWrongValuesByName) {
  EXPECT_EQ(Refusal("log.segment.bytes=5"),
            "log.segment.bytes=5: permitted is an integer from 1048576 to 2147483647");
  EXPECT_EQ(Refusal("num.io.threads=many"),
            "num.io.threads=many: permitted is an integer from 1 to 2147483647");
  EXPECT_EQ(Refusal("log.retention.hours=0"),
            "log.retention.hours=0: permitted is an integer from 1 to 2147483647, or -1");
  EXPECT_EQ(Refusal("", {"varve.io.backend=kqueue"}),
            "varve.io.backend=kqueue: permitted is one of: auto,uring,epoll");
  EXPECT_EQ(Refusal("", {"num.partitions"}), "--override num.partitions: permitted is key=value");
  EXPECT_EQ(Refusal("", {"=3"}), "--override =3: permitted is key=value");
  EXPECT_THAT(Refusal("a=\\u1"), HasSubstr("line 1"));
  EXPECT_THAT(Refusal("listeners=PLAINTEXT"), HasSubstr("listeners=PLAINTEXT: permitted is NAME"));
}

TEST(BrokerConfig, WarnsOfUnknownKeysAndGuesses) {
  const BrokerConfig config = Parse("num.partition=3\nretention.ms=5\nzzzzzzzz.unheard=1\n");
  EXPECT_THAT(config.warnings(),
              ElementsAre("unknown property num.partition: ignored; did you mean num.partitions?",
                          "retention.ms is a property of topics: ignored; the broker's is "
                          "log.retention.ms",
                          "unknown property zzzzzzzz.unheard: ignored"));
}

TEST(BrokerConfig, WarnsOnceOfAllThatHasNoEffect) {
  const BrokerConfig config = Parse("process.roles=broker\nlog.cleaner.threads=2\nnode.id=1");
  EXPECT_THAT(config.warnings(),
              ElementsAre("set, without effect here: log.cleaner.threads, process.roles"));
}

TEST(BrokerConfig, BoundsItsWarnings) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += fmt::format("unheard.of.{}=1\n", i);
  const BrokerConfig config = Parse(text);
  EXPECT_EQ(config.warnings().size(), 21u);
  EXPECT_EQ(config.warnings().back(), "4980 more unknown properties: ignored");
}

TEST(BrokerConfig, TakesTheFileThatKafkaShips) {
  const BrokerConfig config = Parse(R"(
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,\
  SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=/tmp/kraft-combined-logs
num.partitions=1
num.recovery.threads.per.data.dir=1
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
)");
  ASSERT_EQ(config.warnings().size(), 1u);
  EXPECT_THAT(config.warnings()[0], HasSubstr("set, without effect here: "));
  EXPECT_EQ(config.settings().node_id, 1);
  ASSERT_EQ(config.settings().listeners.bound.size(), 1u);
  EXPECT_EQ(config.settings().listeners.advertised.at(0).ToString(), "PLAINTEXT://localhost:9092");
}

TEST(BrokerConfig, ReadsTheLimitsOfAddresses) {
  const BrokerConfig config =
      Parse("max.connections.per.ip.overrides=10.0.0.1:100, [fd00::1]:5,box:0");
  EXPECT_THAT(
      config.settings().connections_max_of_ip,
      ElementsAre(std::pair("10.0.0.1", 100), std::pair("fd00::1", 5), std::pair("box", 0)));
  for (const char* wrong : {"10.0.0.1", ":5", "a:", "a:-1", "a:1,", "a:99999999999", "a:1x"}) {
    EXPECT_THAT(Refusal(std::string("max.connections.per.ip.overrides=") + wrong),
                HasSubstr("permitted is address:count"))
        << wrong;
  }
}

TEST(BrokerConfig, ReadsVarvesOwn) {
  const BrokerConfig config = Parse(
      "varve.io.backend=epoll\nvarve.io.features=a,b\nvarve.open.files.max=100\n"
      "varve.in.flight.requests.max=4\nvarve.frame.pool.bytes=0");
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.settings().io_backend, IoBackend::kEpoll);
  EXPECT_THAT(config.settings().io_features, ElementsAre("a", "b"));
  EXPECT_EQ(config.settings().open_files_max, 100);
  EXPECT_EQ(config.settings().in_flight_requests_max, 4);
  EXPECT_EQ(config.settings().frame_pool_bytes, 0);
}

// Any text is taken or refused; a check that fails would stop the test.
TEST(BrokerConfig, SurvivesRandomValues) {
  std::mt19937 random(3);
  const std::string_view alphabet = "-10298,:/[]P\\u aEe.\n";
  const auto properties = BrokerProperties();
  for (int round = 0; round < 5'000; ++round) {
    std::string override = fmt::format("{}=", properties[random() % properties.size()].name);
    for (unsigned i = random() % 12; i > 0; --i) override += alphabet[random() % alphabet.size()];
    (void)BrokerConfig::Parse({.file_text = {}, .overrides = {override}, .host_name = {}});
  }
}

TEST(BrokerConfig, RefusesTimesOfGroupsThatDoNotFitTogether) {
  EXPECT_EQ(Refusal("group.consumer.session.timeout.ms=1000"),
            "group.consumer.session.timeout.ms=1000 is less than "
            "group.consumer.min.session.timeout.ms=45000");
  EXPECT_THAT(Refusal("group.consumer.heartbeat.interval.ms=20000"),
              HasSubstr("group.consumer.max.heartbeat.interval.ms=15000"));
  EXPECT_THAT(Refusal("group.consumer.heartbeat.interval.ms=45000\n"
                      "group.consumer.max.heartbeat.interval.ms=45000"),
              HasSubstr("is not less than group.consumer.session.timeout.ms=45000"));
  EXPECT_THAT(Refusal("group.consumer.assignors=uniform,best"), HasSubstr("uniform,range"));
}

}  // namespace
}  // namespace varve::config
