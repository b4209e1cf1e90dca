#include "server/config/listeners.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace varve::config {
namespace {

using ::testing::HasSubstr;

ListenerInput Input(std::vector<std::string> listeners, std::vector<std::string> advertised = {}) {
  return {.listeners = std::move(listeners),
          .advertised = std::move(advertised),
          .protocol_map = {"PLAINTEXT:PLAINTEXT", "EXT:PLAINTEXT", "SSL:SSL", "SASL:SASL_SSL"},
          .controller_names = {},
          .inter_broker_name = {},
          .inter_broker_protocol = "PLAINTEXT",
          .host_name = "box.example"};
}

// "bound, bound -> advertised, advertised", or the error's text.
std::string Resolve(const ListenerInput& input) {
  const auto listeners = ResolveListeners(input);
  if (!listeners.ok()) return std::string(listeners.status().message());
  std::string out;
  for (const Endpoint& endpoint : listeners->bound) out += fmt::format("{} ", endpoint.ToString());
  out += "->";
  for (const Endpoint& endpoint : listeners->advertised)
    out += fmt::format(" {}", endpoint.ToString());
  return out;
}

std::string ParseOne(std::string_view text) {
  const auto endpoint = ParseEndpoint("listeners", text);
  return endpoint.ok() ? endpoint->ToString() : "refused";
}

TEST(Endpoint, ReadsHostsOfEveryKind) {
  EXPECT_EQ(ParseOne("PLAINTEXT://:9092"), "PLAINTEXT://:9092");
  EXPECT_EQ(ParseOne(" ext_1://my-host.example:1 "), "EXT_1://my-host.example:1");
  EXPECT_EQ(ParseOne("P://10.0.0.1:0"), "P://10.0.0.1:0");
  EXPECT_EQ(ParseOne("P://[::]:65535"), "P://[::]:65535");
  EXPECT_EQ(ParseOne("P://[fe80::1%eth0]:9"), "P://[fe80::1%eth0]:9");
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "PLAINTEXT",
                           "PLAINTEXT://",
                           "PLAINTEXT://host",
                           "://host:1",
                           "P://host:",
                           "P://host:x",
                           "P://host:65536",
                           "P://host:-1",
                           "P://host:1 ,",
                           "P://::1:9092",
                           "P://[::1]9092",
                           "P://[::1",
                           "P://[]:1",
                           "P://[host]:1",
                           "P://a b:1",
                           "P:/host:1",
                           "P Q://host:1",
                           "P://host:1/path",
                           "P://host:+1"}) {
    EXPECT_EQ(ParseOne(text), "refused") << text;
  }
  EXPECT_EQ(ParseOne(fmt::format("P://{}:1", std::string(256, 'a'))), "refused");
  EXPECT_EQ(ParseOne(fmt::format("{}://a:1", std::string(256, 'P'))), "refused");
}

TEST(Endpoint, KnowsWhatBindsToAll) {
  for (const char* host : {"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::0"}) {
    EXPECT_TRUE(BindsToAll(host)) << host;
  }
  for (const char* host : {"127.0.0.1", "::1", "box"}) EXPECT_FALSE(BindsToAll(host)) << host;
}

TEST(Endpoint, SurvivesRandomBytes) {
  std::mt19937 random(11);
  const std::string_view alphabet = "P:/[]%.19a\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "P://";
    for (unsigned i = random() % 20; i > 0; --i) text += alphabet[random() % alphabet.size()];
    const auto endpoint = ParseEndpoint("listeners", text);
    if (!endpoint.ok()) continue;
    EXPECT_EQ(*ParseEndpoint("listeners", endpoint->ToString()), *endpoint);
  }
}

TEST(Listeners, AdvertiseThemselves) {
  EXPECT_EQ(Resolve(Input({"PLAINTEXT://10.0.0.1:9092"})),
            "PLAINTEXT://10.0.0.1:9092 -> PLAINTEXT://10.0.0.1:9092");
  EXPECT_EQ(Resolve(Input({"PLAINTEXT://localhost:0", "EXT://[::1]:0"})),
            "PLAINTEXT://localhost:0 EXT://[::1]:0 -> PLAINTEXT://localhost:0 EXT://[::1]:0");
}

TEST(Listeners, AdvertiseTheMachineWhenTheyBindToAll) {
  for (const char* host : {"", "0.0.0.0", "[::]"}) {
    const auto listeners = ResolveListeners(Input({fmt::format("PLAINTEXT://{}:9092", host)}));
    ASSERT_TRUE(listeners.ok());
    EXPECT_TRUE(BindsToAll(listeners->bound[0].host));
    EXPECT_EQ(listeners->Advertised("PLAINTEXT")->ToString(), "PLAINTEXT://box.example:9092");
    EXPECT_EQ(listeners->inter_broker_name, "PLAINTEXT");
  }
}

TEST(Listeners, AdvertiseWhatIsAsked) {
  EXPECT_EQ(Resolve(Input({"PLAINTEXT://:9092", "ext://[::]:9093"},
                          {"PLAINTEXT://a:1", "EXT://[fd00::1]:1"})),
            "PLAINTEXT://:9092 EXT://[::]:9093 -> PLAINTEXT://a:1 EXT://[fd00::1]:1");
  EXPECT_EQ(Resolve(Input({"PLAINTEXT://:9092"}, {"PLAINTEXT://:7"})),
            "PLAINTEXT://:9092 -> PLAINTEXT://box.example:7");
  // One of two is not told to clients.
  const auto listeners =
      ResolveListeners(Input({"PLAINTEXT://:9092", "EXT://:9093"}, {"PLAINTEXT://a:1"}));
  EXPECT_EQ(listeners->Advertised("EXT"), nullptr);
}

TEST(Listeners, RefuseToAdvertiseWhatNobodyReaches) {
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:9092"}, {"PLAINTEXT://0.0.0.0:9092"})),
              HasSubstr("advertised.listeners=PLAINTEXT://0.0.0.0:9092: clients cannot"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:9092"}, {"PLAINTEXT://[::]:9092"})),
              HasSubstr("advertised.listeners=PLAINTEXT://[::]:9092: clients cannot"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:9092"}, {"PLAINTEXT://a:1", "EXT://a:2"})),
              HasSubstr("EXT://a:2: permitted are the names in listeners"));
}

TEST(Listeners, RefuseNamesAndPortsThatComeTwice) {
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:1", "plaintext://:2"})), HasSubstr("twice"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:1", "EXT://:1"})),
              HasSubstr("listeners=EXT://:1: PLAINTEXT://:1 has this port already"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:1"}, {"PLAINTEXT://a:1", "PLAINTEXT://b:1"})),
              HasSubstr("twice"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://127.0.0.1:1", "EXT://[::1]:1"})), HasSubstr("->"));
}

TEST(Listeners, ServeOnlyPlaintext) {
  EXPECT_THAT(Resolve(Input({"SSL://:9092"})), HasSubstr("only PLAINTEXT is served"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:1", "SASL://:2"})),
              HasSubstr("listeners=SASL://:2: its security protocol is TLS or SASL"));
  EXPECT_THAT(Resolve(Input({"PLAINTEXT://:1", "NEW://:2"})), HasSubstr("add NEW:PLAINTEXT there"));
}

TEST(Listeners, CheckTheProtocolMap) {
  for (const char* entry : {"PLAINTEXT", ":PLAINTEXT", "A:TLS", "EXT:SSL"}) {
    ListenerInput input = Input({"PLAINTEXT://:1"});
    input.protocol_map.emplace_back(entry);
    EXPECT_THAT(Resolve(input), HasSubstr("listener.security.protocol.map=")) << entry;
  }
}

TEST(Listeners, LeaveControllersOut) {
  ListenerInput input = Input({"PLAINTEXT://:9092", "CONTROLLER://:9093"},
                              {"PLAINTEXT://a:9092", "CONTROLLER://a:9093"});
  input.controller_names = {"controller"};
  EXPECT_EQ(Resolve(input), "PLAINTEXT://:9092 -> PLAINTEXT://a:9092");
  input.listeners = {"CONTROLLER://:9093"};
  EXPECT_THAT(Resolve(input), HasSubstr("listeners=CONTROLLER://:9093: at least one"));
}

TEST(Listeners, NeedOneForBrokers) {
  EXPECT_THAT(Resolve(Input({"EXT://:9092"})),
              HasSubstr("inter.broker.listener.name=PLAINTEXT: permitted are the advertised "
                        "listeners: EXT"));
  ListenerInput input = Input({"EXT://:9092"});
  input.inter_broker_name = "ext";
  EXPECT_EQ(ResolveListeners(input)->inter_broker_name, "EXT");
}

}  // namespace
}  // namespace varve::config
