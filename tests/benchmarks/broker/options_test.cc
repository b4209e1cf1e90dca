#include "benchmarks/broker/options/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace varve::bench {
namespace {

std::optional<Invocation> Parse(std::vector<const char*> words, int& status) {
  words.insert(words.begin(), "varve-bench");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  auto invocation = ParseOptions(static_cast<int>(words.size()), words.data(), status);
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return invocation;
}

std::string ValueOf(const Invocation& invocation, const std::string& name) {
  for (const auto& [option, value] : invocation.options) {
    if (option == name) return value;
  }
  return "(none)";
}

TEST(Options, AreReadWithTheirUnits) {
  int status = -1;
  const auto invocation = Parse({"produce",
                                 "-b",
                                 "10.0.0.1:9093",
                                 "--duration",
                                 "1500ms",
                                 "--warm-up",
                                 "2s",
                                 "--bytes",
                                 "4GiB",
                                 "--create",
                                 "--partitions",
                                 "6",
                                 "--config",
                                 "retention.ms=1",
                                 "--config",
                                 "segment.bytes=2",
                                 "--threads",
                                 "3",
                                 "--broker-pid",
                                 "port",
                                 "--json",
                                 "-"},
                                status);
  ASSERT_TRUE(invocation);
  EXPECT_EQ(invocation->mode, "produce");
  const Common& common = invocation->common;
  EXPECT_EQ(common.bootstrap, "10.0.0.1:9093");
  EXPECT_EQ(common.duration_ms, 1500);
  EXPECT_EQ(common.warm_up_ms, 2000);
  EXPECT_EQ(common.bytes, uint64_t{4} << 30);
  EXPECT_EQ(common.threads, 3);
  EXPECT_EQ(common.json, "-");
  EXPECT_TRUE(common.topic.create);
  EXPECT_EQ(common.topic.name, "varve-bench");
  EXPECT_EQ(common.topic.partitions, 6);
  EXPECT_EQ(common.topic.configs, (std::vector<std::string>{"retention.ms=1", "segment.bytes=2"}));
}

TEST(Options, AreRememberedWithTheirDefaults) {
  int status = -1;
  const auto invocation = Parse({"produce", "--codec", "zstd", "--acks", "all"}, status);
  ASSERT_TRUE(invocation);
  EXPECT_EQ(ValueOf(*invocation, "records-per-batch"), "100");
  EXPECT_EQ(ValueOf(*invocation, "in-flight"), "5");
  EXPECT_EQ(ValueOf(*invocation, "topic"), "varve-bench");
  EXPECT_EQ(ValueOf(*invocation, "json"), "(none)");
}

TEST(Options, OfEachModeHaveDefaults) {
  for (const char* mode : {"produce", "consume", "limit", "latency", "echo", "batch-curve",
                           "partitions", "cold", "fairness", "connections", "churn"}) {
    int status = -1;
    const auto invocation = Parse({mode}, status);
    ASSERT_TRUE(invocation) << mode;
    EXPECT_EQ(invocation->mode, mode);
    EXPECT_TRUE(invocation->run) << mode;
  }
}

TEST(Options, ThatAreWrongAreRefused) {
  const std::vector<std::vector<const char*>> wrong = {
      {},
      {"reproduce"},
      {"produce", "--codec", "rar"},
      {"produce", "--acks", "2"},
      {"produce", "--duration", "soon"},
      {"produce", "--threads", "0"},
      {"produce", "--rate", "5", "--record-rate", "5"},
      {"produce", "--no-such-option"},
      {"consume", "--mode", "sideways"},
      {"limit", "--what", "everything"},
      {"batch-curve", "--records", "0"},
      {"fairness", "--flood-in-flight", "0"},
  };
  for (const auto& words : wrong) {
    int status = -1;
    EXPECT_FALSE(Parse(words, status)) << testing::PrintToString(words);
    EXPECT_EQ(status, kWrongUsage) << testing::PrintToString(words);
  }
}

TEST(Options, HelpEndsWell) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"--help"}, {"produce", "--help"}, {"--version"}}) {
    int status = -1;
    EXPECT_FALSE(Parse(words, status));
    EXPECT_EQ(status, kDone);
  }
}

}  // namespace
}  // namespace varve::bench
