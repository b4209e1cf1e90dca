#include "server/cluster/metadata_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/cluster/quorum_state.h"
#include "server/cluster/snapshot.h"
#include "tests/server/cluster/log_text.h"
#include "tests/server/cluster/node.h"

// The bytes of the metadata log and of the files beside it.
namespace varve::cluster {
namespace {

using namespace test;  // NOLINT: the language of these cases
using ::testing::ElementsAre;
using wire::ErrorCode;

TEST(MetadataLogBytes, AreThoseOfKraft) {
  Node node;
  node.MustStart();
  const TopicResult made = node.Create({.name = "t", .overrides = {{"retention.ms", "5"}}});
  ASSERT_EQ(made.error, ErrorCode::kNone);
  const std::string topic = fmt::format("{:016x}{:016x}", made.id.high, made.id.low);
  const Uuid directory_id = made.topic->partitions[0].directory;
  const std::string directory = fmt::format("{:016x}{:016x}", directory_id.high, directory_id.low);
  const auto batches = BatchesOf(node.disk().Content(kLogFile).value());
  ASSERT_EQ(batches.size(), 3u);

  // A leader: version 0, leader 1, one voter, one that granted its vote.
  EXPECT_EQ(batches[0].attributes, 0x20);
  EXPECT_EQ(batches[0].epoch, 1);
  EXPECT_THAT(batches[0].values, ElementsAre("0000"
                                             "00000001"
                                             "02"
                                             "00000001"
                                             "00"
                                             "02"
                                             "00000001"
                                             "00"
                                             "00"));
  // A level, and the broker.
  EXPECT_EQ(batches[1].base_offset, 1);
  EXPECT_EQ(batches[1].attributes, 0);
  ASSERT_EQ(batches[1].values.size(), 2u);
  EXPECT_EQ(batches[1].values[0],
            "010c00"
            "11"
            "6d657461646174612e76657273696f6e"
            "0013"
            "00");
  EXPECT_TRUE(
      batches[1].values[1].starts_with("010003"
                                       "00000001"
                                       "00"));
  // The topic, its configuration, its partition.
  EXPECT_EQ(batches[2].base_offset, 3);
  EXPECT_EQ(batches[2].epoch, 1);
  EXPECT_THAT(batches[2].values, ElementsAre("010200"
                                             "0274" +
                                                 topic + "00",
                                             "010400"
                                             "02"
                                             "0274"
                                             "0d726574656e74696f6e2e6d73"
                                             "0235"
                                             "00",
                                             "010301"
                                             "00000000" +
                                                 topic +
                                                 "0200000001"
                                                 "0200000001"
                                                 "01"
                                                 "01"
                                                 "00000001"
                                                 "00000000"
                                                 "00000000"
                                                 "02" +
                                                 directory + "00"));
  EXPECT_EQ(node.image()->version(), 6);
}

TEST(MetadataLogBytes, EachStartBeginsAnEpoch) {
  Node node;
  node.MustStart();
  node.Restart();
  node.Restart();
  const auto batches = BatchesOf(node.disk().Content(kLogFile).value());
  ASSERT_EQ(batches.size(), 6u);
  for (size_t i = 0; i < batches.size(); ++i) {
    EXPECT_EQ(batches[i].epoch, static_cast<int32_t>(i / 2 + 1));
    EXPECT_EQ(batches[i].attributes, i % 2 == 0 ? 0x20 : 0);
  }
  const Buffer quorum = node.disk().Content(kQuorumFile).value();
  EXPECT_EQ(AsText(quorum),
            R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":5,)"
            R"("currentVoters":[{"voterId":1}],"data_version":0})");
}

TEST(QuorumState, ReadsWhatKafkaWrites) {
  const auto old = ParseQuorumState(
      R"({"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,)"
      R"("currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0})");
  EXPECT_EQ(*old, (QuorumState{0, 1, 2, 0}));
  const auto young = ParseQuorumState(
      "{ \"leaderId\" : -1, \"leaderEpoch\": 17, \"votedId\":1,"
      "\"votedDirectoryId\":\"J8aAPcfLQt2bqs1JT_rMgQ\",\"data_version\":1}\n");
  EXPECT_EQ(*young, (QuorumState{1, -1, 17, 0}));
}

TEST(QuorumState, ReadsWhatItWrites) {
  for (const int16_t version : {int16_t{0}, int16_t{1}}) {
    const QuorumState state{version, 4, 9, 1234};
    EXPECT_EQ(*ParseQuorumState(FormatQuorumState(state)), state);
  }
}

TEST(QuorumState, RefusesWhatItIsNot) {
  for (const std::string_view text :
       {"", "x", "{}", "{", R"({"leaderId":1,"leaderEpoch":2,"data_version":2})",
        R"({"leaderId":1,"data_version":0})", R"({"leaderId":1,"leaderEpoch":-1,"data_version":0})",
        R"({"leaderId":1,"leaderEpoch":4294967296,"data_version":0})",
        R"({"leaderId":"1","leaderEpoch":2,"data_version":0})",
        R"({"leaderId":1,"leaderEpoch":2,"data_version")"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseQuorumState(text).status())) << text;
  }
}

TEST(SnapshotName, IsReadAsItIsWritten) {
  const SnapshotId id{1234, 5};
  EXPECT_EQ(SnapshotName(id), "00000000000000001234-0000000005.checkpoint");
  EXPECT_EQ(ParseSnapshotName(SnapshotName(id)), id);
  for (const std::string_view name :
       {"00000000000000001234-0000000005.checkpoint.part",
        "00000000000000001234-0000000005.checkpoint.deleted",
        "0000000000000000123-0000000005.checkpoint", "0000000000000000123x-0000000005.checkpoint",
        "99999999999999999999-0000000005.checkpoint", "quorum-state", ""}) {
    EXPECT_FALSE(ParseSnapshotName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace varve::cluster
