#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/cluster/feature_levels.h"
#include "tests/server/cluster/log_text.h"
#include "tests/server/cluster/node.h"

// Logs that somebody else has written, or damaged.
namespace varve::cluster {
namespace {

using namespace test;  // NOLINT: the language of these cases
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::ErrorCode;

// A machine that holds a log of somebody else's.
class TakenOver : public ::testing::Test {
 protected:
  void PutLog(const LogText& text, int64_t base = 0) {
    const std::string path = fmt::format("/data/__cluster_metadata-0/{:020}.log", base);
    ASSERT_TRUE(node_.disk().Put(path, text.bytes()).ok());
    Put("/data/meta.properties", "version=1\ncluster.id=c\nnode.id=1\n");
    PutQuorum(5);
  }
  void PutQuorum(int32_t epoch) {
    Put(kQuorumFile,
        fmt::format(R"({{"clusterId":"","leaderId":1,"leaderEpoch":{},"votedId":-1,)"
                    R"("appliedOffset":0,"currentVoters":[{{"voterId":1}}],"data_version":0}})",
                    epoch));
  }
  void Put(std::string_view path, std::string_view text) {
    ASSERT_TRUE(node_.disk().Put(path, AsBytes(text)).ok());
  }
  std::string Content(std::string_view path) {
    const Buffer bytes = node_.disk().Content(path).value();
    return std::string(AsText(bytes));
  }
  const PartitionState* Taken() { return node_.image()->FindPartition("taken", 0); }

  Node node_;
};

TEST_F(TakenOver, IsServed) {
  PutLog(LogText().Batch(TopicRecords()));
  ASSERT_TRUE(node_.Start().ok());
  ASSERT_NE(Taken(), nullptr);
  EXPECT_EQ(Taken()->leader_epoch, 6);
  EXPECT_EQ(Taken()->partition_epoch, 8);
  EXPECT_EQ(Taken()->directory, kDirectory);
  EXPECT_EQ(node_.image()->cluster_id(), "c");
  EXPECT_THAT(Content(kQuorumFile), HasSubstr(R"("leaderEpoch":6)"));
}

TEST_F(TakenOver, ALeaderlessPartitionGetsItsLeaderBack) {
  PutLog(LogText().Batch(TopicRecords("taken", kTopicId, kNoLeader)));
  ASSERT_TRUE(node_.Start().ok());
  EXPECT_EQ(Taken()->leader, 1);
  EXPECT_EQ(Taken()->leader_epoch, 7);
  EXPECT_EQ(Taken()->partition_epoch, 9);
  node_.Restart();
  EXPECT_EQ(Taken()->leader_epoch, 7);
}

// What Kafka 4 writes when a single broker stops: nobody is in sync, the last one is eligible.
TEST_F(TakenOver, AnEligibleReplicaLeadsAgain) {
  wire::PartitionChangeRecord stopped;
  stopped.partition_id = 0;
  stopped.topic_id = kTopicId;
  stopped.isr.emplace();
  stopped.leader = kNoLeader;
  stopped.eligible_leader_replicas = std::vector<int32_t>{1};
  stopped.last_known_elr = std::vector<int32_t>{1};
  RecordBatch change;
  change.Add(wire::FeatureLevelRecord{"metadata.version", kLevelWithEligible});
  change.Add(stopped);
  PutLog(LogText().Batch(TopicRecords()).Batch(change));
  ASSERT_TRUE(node_.Start().ok());
  EXPECT_EQ(Taken()->leader, 1);
  EXPECT_EQ(Taken()->leader_epoch, 8);
  EXPECT_THAT(Taken()->isr, ElementsAre(1));
  EXPECT_THAT(Taken()->eligible, ElementsAre());
}

TEST_F(TakenOver, AReplicaThatIsNoLongerEligibleDoesNotLead) {
  wire::PartitionChangeRecord stopped;
  stopped.partition_id = 0;
  stopped.topic_id = kTopicId;
  stopped.isr.emplace();
  stopped.leader = kNoLeader;
  stopped.eligible_leader_replicas = std::vector<int32_t>{1};
  RecordBatch change;
  change.Add(stopped);
  change.Add(wire::ClearElrRecord{"taken"});
  PutLog(LogText().Batch(TopicRecords()).Batch(change));
  ASSERT_TRUE(node_.Start().ok());
  EXPECT_EQ(Taken()->leader, kNoLeader);
}

TEST_F(TakenOver, WhatIsNotAboutTopicsIsNotedAndKept) {
  // An access control list, twice; a registration of a controller; a type from the future.
  LogText log;
  log.Batch(Values({"01 12 00 aa", "01 12 00 bb", "01 1b 00 cc", "01 63 04 dd"}));
  log.Batch(TopicRecords());
  PutLog(log);
  const std::string before = Content(kLogFile);
  ASSERT_TRUE(node_.Start().ok());
  EXPECT_NE(Taken(), nullptr);
  EXPECT_THAT(
      node_.controller().notes(),
      ElementsAre(HasSubstr("2 records of type 18, version 0, about access control lists"),
                  HasSubstr("1 records of type 27"), HasSubstr("1 records of type 99, version 4")));
  EXPECT_TRUE(Content(kLogFile).starts_with(before));
}

TEST_F(TakenOver, WhatIsNewerAboutTopicsIsRefused) {
  for (const std::string_view value : {"01 03 09 aa", "01 02 01 aa", "01 17 01 00"}) {
    PutLog(LogText().Batch(TopicRecords()).Batch(Values({value})));
    const absl::Status started = node_.Start();
    EXPECT_TRUE(absl::IsFailedPrecondition(started)) << started;
    EXPECT_THAT(std::string(started.message()), HasSubstr("record 2"));
    node_.Stop();
  }
}

TEST_F(TakenOver, WhatContradictsItselfIsRefused) {
  RecordBatch removes;
  removes.Add(wire::RemoveTopicRecord{{9, 9}});
  RecordBatch broken = Values({"01 02 00 ff"});
  RecordBatch again = TopicRecords();
  RecordBatch gap;
  wire::PartitionRecord partition;
  partition.partition_id = 2;
  partition.topic_id = kTopicId;
  gap.Add(partition);
  for (const RecordBatch& records : {removes, broken, again, gap, Values({kEnd})}) {
    PutLog(LogText().Batch(TopicRecords()).Batch(records));
    const absl::Status started = node_.Start();
    EXPECT_TRUE(absl::IsDataLoss(started)) << started;
    node_.Stop();
  }
}

TEST_F(TakenOver, TransactionsAreWholeOrNothing) {
  const Uuid dropped{7, 7};
  const Uuid open{8, 8};
  LogText log;
  log.Batch(Values({kBegin})).Batch(TopicRecords()).Batch(Values({kEnd}));
  log.Batch(Values({kBegin})).Batch(TopicRecords("dropped", dropped)).Batch(Values({kAbort}));
  log.Batch(Values({kBegin})).Batch(TopicRecords("open", open));
  PutLog(log);
  ASSERT_TRUE(node_.Start().ok());
  EXPECT_NE(Taken(), nullptr);
  EXPECT_EQ(node_.image()->topic_count(), 1u);
  // The one that was left open is aborted in the log, so that what follows counts.
  EXPECT_EQ(node_.Create("open"), ErrorCode::kNone);
  node_.Restart();
  EXPECT_EQ(node_.image()->topic_count(), 2u);
  EXPECT_NE(node_.image()->Find("open"), nullptr);
}

LogText Snapshot(bool footer = true) {
  LogText text;
  text.Control(wire::SnapshotHeaderRecord{}).Batch(TopicRecords());
  if (footer) text.Control(wire::SnapshotFooterRecord{});
  return text;
}

constexpr std::string_view kSnapshot =
    "/data/__cluster_metadata-0/00000000000000000040-0000000005.checkpoint";

TEST_F(TakenOver, ASnapshotComesBeforeTheLog) {
  LogText log;
  const Uuid later{7, 7};
  log.From(38).Batch(TopicRecords("old", {6, 6})).Batch(TopicRecords("later", later));
  PutLog(log, 38);
  Put(kSnapshot, AsText(Snapshot().bytes()));
  // An older one, and one that was never finished.
  Put("/data/__cluster_metadata-0/00000000000000000038-0000000005.checkpoint", "x");
  Put("/data/__cluster_metadata-0/00000000000000000041-0000000005.checkpoint.part", "x");
  const absl::Status started = node_.Start();
  ASSERT_TRUE(started.ok()) << started;
  EXPECT_NE(Taken(), nullptr);
  EXPECT_EQ(node_.image()->Find("old"), nullptr);
  EXPECT_NE(node_.image()->Find(later), nullptr);
  EXPECT_EQ(node_.Create("new"), ErrorCode::kNone);
  node_.Restart();
  EXPECT_EQ(node_.image()->topic_count(), 3u);
}

TEST_F(TakenOver, ASnapshotThatIsNotWholeIsRefused) {
  LogText log;
  log.From(38).Batch(TopicRecords("old", {6, 6}));
  const Buffer whole = Snapshot().bytes();
  Buffer cut(whole.begin(), whole.end() - 1);
  Buffer damaged = whole;
  damaged[100] ^= std::byte{1};
  for (const Buffer& bytes : {Snapshot(false).bytes(), cut, damaged}) {
    PutLog(log, 38);
    Put(kSnapshot, AsText(bytes));
    EXPECT_TRUE(absl::IsDataLoss(node_.Start()));
    node_.Stop();
  }
}

TEST_F(TakenOver, AMissingSnapshotIsRefused) {
  LogText log;
  log.From(38).Batch(TopicRecords());
  PutLog(log, 38);
  const absl::Status started = node_.Start();
  EXPECT_TRUE(absl::IsDataLoss(started));
  EXPECT_THAT(std::string(started.message()), HasSubstr("[38, 40)"));
}

TEST_F(TakenOver, AQuorumWithDirectoriesIsCarriedOn) {
  const Uuid mine{3, 1000};
  wire::VotersRecord voters;
  voters.voters.push_back({1, mine, {}, {}});
  LogText log;
  log.Control(wire::KRaftVersionRecord{0, 1}).Control(voters).Batch(TopicRecords());
  PutLog(log);
  ASSERT_TRUE(node_.Start().ok());
  const auto batches = BatchesOf(node_.disk().Content(kLogFile).value());
  ASSERT_EQ(batches.size(), 5u);
  EXPECT_EQ(batches[3].attributes, 0x20);
  const std::string voter =
      "00000001"
      "000000000000000300000000000003e8"
      "00";
  EXPECT_THAT(batches[3].values, ElementsAre("0001"
                                             "00000001"
                                             "02" +
                                             voter + "02" + voter + "00"));
  EXPECT_THAT(Content(kQuorumFile), HasSubstr(R"("data_version":1)"));
}

TEST_F(TakenOver, DamageIsNeverCutAway) {
  node_.MustStart();
  node_.Create("a");
  node_.Restart();
  const uint64_t size = node_.disk().Content(kLogFile)->size();
  node_.Create("b");
  node_.Stop();
  // In what was durable when the last epoch began: even after a power loss it is no torn tail.
  const uint64_t before = size / 2;
  for (const io::SimCrash kind : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    node_.disk().Crash(kind);
    node_.disk().Restart();
    const auto image = node_.disk().Save();
    ASSERT_TRUE(node_.disk().FlipBit(kLogFile, before, 3).ok());
    EXPECT_TRUE(absl::IsDataLoss(node_.Start()));
    node_.Stop();
    EXPECT_GE(node_.disk().Content(kLogFile)->size(), size);
    node_.disk().Load(image);
  }
  node_.MustStart();
  EXPECT_EQ(node_.image()->topic_count(), 2u);
}

TEST_F(TakenOver, ALogThatLostItsEndIsRefused) {
  node_.MustStart();
  node_.Create("a");
  node_.Restart();
  node_.Stop();
  const Buffer whole = node_.disk().Content(kLogFile).value();
  Put(kLogFile, AsText(Bytes(whole).first(70)));
  const absl::Status started = node_.Start();
  EXPECT_TRUE(absl::IsDataLoss(started)) << started;
}

}  // namespace
}  // namespace varve::cluster
