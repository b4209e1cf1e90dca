#include "server/wire/describe_log_dirs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using wire::ErrorCode;

constexpr int kVersion = 4;
// Sizes of a topic's partitions, in one directory.
std::map<int32_t, int64_t> Sizes(const wire::DescribeLogDirsResponse::Result& result,
                                 std::string_view topic) {
  std::map<int32_t, int64_t> sizes;
  for (const auto& entry : result.topics) {
    if (entry.name != topic) continue;
    for (const auto& partition : entry.partitions) {
      EXPECT_EQ(partition.offset_lag, 0);
      EXPECT_FALSE(partition.is_future_key);
      sizes[partition.partition_index] = partition.partition_size;
    }
  }
  return sizes;
}

TEST(DescribeLogDirs, TellsWhatEachPartitionTakes) {
  Machine machine;
  CreateTopic(machine.client(), "t", 3);
  CreateTopic(machine.client(), "u");
  const Buffer batch = Batch({"a", "b"}, machine.NowMs());
  Produce(machine.client(), "t", 1, batch);
  Produce(machine.client(), "t", 1, batch);
  const auto answer = machine.client().Call(wire::DescribeLogDirsRequest{}, kVersion);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  ASSERT_EQ(answer.results.size(), 1u);
  const wire::DescribeLogDirsResponse::Result& result = answer.results[0];
  EXPECT_EQ(result.log_dir, "/data");
  EXPECT_EQ(result.error_code, ErrorCode::kNone);
  EXPECT_EQ(result.topics.size(), 2u);
  const auto bytes = static_cast<int64_t>(2 * batch.size());
  EXPECT_EQ(Sizes(result, "t"), (std::map<int32_t, int64_t>{{0, 0}, {1, bytes}, {2, 0}}));
  EXPECT_EQ(Sizes(result, "u"), (std::map<int32_t, int64_t>{{0, 0}}));
}

TEST(DescribeLogDirs, TellsOfTheDisk) {
  Machine machine;
  machine.disk().set_free_bytes(10 << 20);
  const auto answer = machine.client().Call(wire::DescribeLogDirsRequest{}, kVersion);
  EXPECT_EQ(answer.results.at(0).usable_bytes, 10 << 20);
  EXPECT_GE(answer.results.at(0).total_bytes, 10 << 20);
}

TEST(DescribeLogDirs, ThoseThatAreAskedForAlone) {
  Machine machine;
  CreateTopic(machine.client(), "t", 3);
  CreateTopic(machine.client(), "u");
  wire::DescribeLogDirsRequest request;
  request.topics.emplace();
  request.topics->push_back({"t", {2, 7}});
  request.topics->push_back({"none", {0}});
  const auto answer = machine.client().Call(request, kVersion);
  ASSERT_EQ(answer.results.at(0).topics.size(), 1u);
  EXPECT_EQ(Sizes(answer.results[0], "t"), (std::map<int32_t, int64_t>{{2, 0}}));
}

TEST(DescribeLogDirs, EveryDirectoryIsNamed) {
  Machine machine({.config = kTwoDirectories});
  CreateTopic(machine.client(), "t", 4);
  const auto answer = machine.client().Call(wire::DescribeLogDirsRequest{}, kVersion);
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(answer.results[0].log_dir, "/data");
  EXPECT_EQ(answer.results[1].log_dir, "/more");
  EXPECT_EQ(Sizes(answer.results[0], "t").size() + Sizes(answer.results[1], "t").size(), 4u);
}

TEST(DescribeLogDirs, ADirectoryThatFailed) {
  Machine machine({.config = kTwoDirectories});
  CreateTopic(machine.client(), "t", 4);
  machine.disk().Inject({.call = io::SimCall::kAppend, .path = "/more/t", .times = 4});
  for (int32_t p = 0; p < 4; ++p) {
    Produce(machine.client(), "t", p, Batch({"a"}, machine.NowMs()));
  }
  const auto answer = machine.client().Call(wire::DescribeLogDirsRequest{}, kVersion);
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(answer.results[0].error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.results[1].log_dir, "/more");
  EXPECT_EQ(answer.results[1].error_code, ErrorCode::kKafkaStorageError);
  EXPECT_TRUE(answer.results[1].topics.empty());
  EXPECT_EQ(answer.results[1].total_bytes, -1);
  machine.disk().ClearFaults();
}

TEST(DescribeLogDirs, ADirectoryThatCouldNotBeOpened) {
  Machine machine({.config = kTwoDirectories});
  machine.MustStop();
  machine.disk().Inject({.path = "/more", .times = io::SimFault::kForever});
  machine.Start();
  const auto answer = machine.client().Call(wire::DescribeLogDirsRequest{}, kVersion);
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(answer.results[1].log_dir, "/more");
  EXPECT_EQ(answer.results[1].error_code, ErrorCode::kKafkaStorageError);
  machine.disk().ClearFaults();
}

}  // namespace
}  // namespace varve::broker::test
