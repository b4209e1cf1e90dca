#include "server/cluster/metadata_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/record/builder.h"
#include "server/cluster/quorum_state.h"
#include "server/cluster/snapshot.h"
#include "server/wire/control_records.h"
#include "tests/server/cluster/node.h"
#include "tests/server/wire/hex.h"

// The bytes of the metadata log, and logs that others have written.
namespace varve::cluster {
namespace {

using test::Describe;
using test::kLogFile;
using test::kQuorumFile;
using test::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::ErrorCode;

constexpr Uuid kTopicId{0x0102030405060708, 0x1112131415161718};
constexpr Uuid kDirectory{0x2122232425262728, 0x3132333435363738};
// Of the records: that of the simulated machine, so that no segment is rolled for its age.
constexpr int64_t kTime = io::SimOptions().wall_millis;

// A log in the making, batch by batch.
class LogText {
 public:
  LogText& Batch(const RecordBatch& records, int32_t epoch = 5) {
    record::BatchOptions options;
    options.base_offset = next_;
    options.leader_epoch = epoch;
    record::BatchBuilder builder(options);
    for (const Buffer& value : records.values()) {
      builder.Append({.timestamp = kTime, .value = Bytes(value)});
    }
    return Add(builder);
  }
  template <typename Record>
  LogText& Control(const Record& record, int32_t epoch = 5) {
    record::BatchOptions options;
    options.base_offset = next_;
    options.leader_epoch = epoch;
    options.control = true;
    record::BatchBuilder builder(options);
    Buffer value;
    EXPECT_TRUE(wire::EncodeControlRecord(record, value).ok());
    const Buffer key{{}, {}, {}, static_cast<std::byte>(Record::kControlType)};
    builder.Append({.timestamp = kTime, .key = Bytes(key), .value = Bytes(value)});
    return Add(builder);
  }
  LogText& From(int64_t offset) {
    next_ = offset;
    return *this;
  }
  const Buffer& bytes() const { return bytes_; }

 private:
  LogText& Add(record::BatchBuilder& builder) {
    next_ += builder.record_count();
    varve::Append(bytes_, builder.Build());
    return *this;
  }

  Buffer bytes_;
  int64_t next_ = 0;
};

RecordBatch TopicRecords(std::string_view name = "taken", Uuid id = kTopicId, int32_t leader = 1) {
  RecordBatch records;
  records.Add(wire::TopicRecord{name, id});
  wire::PartitionRecord partition;
  partition.partition_id = 0;
  partition.topic_id = id;
  partition.replicas = {1};
  partition.isr = {1};
  partition.leader = leader;
  partition.leader_epoch = 6;
  partition.partition_epoch = 8;
  partition.directories = {kDirectory};
  records.Add(partition);
  return records;
}

Buffer Value(std::string_view hex) { return wire::FromHex(hex); }

RecordBatch Values(std::initializer_list<std::string_view> hex) {
  RecordBatch records;
  for (const std::string_view each : hex) records.AddValue(Value(each));
  return records;
}

constexpr std::string_view kBegin = "01 17 00 00";
constexpr std::string_view kEnd = "01 18 00 00";
constexpr std::string_view kAbort = "01 19 00 00";

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

// The batches of a file, and in each the values of its records, in hex.
struct Batch {
  int64_t base_offset;
  int32_t epoch;
  int16_t attributes;
  std::vector<std::string> values;
};

std::vector<Batch> BatchesOf(const Buffer& bytes) {
  std::vector<Batch> batches;
  for (Bytes rest = bytes; !rest.empty();) {
    const record::Peek peek = record::PeekBatch(rest);
    VARVE_CHECK(peek.kind == record::Peek::Kind::kBatch);
    const record::BatchView batch(rest.first(peek.size_bytes));
    EXPECT_EQ(batch.crc(), batch.ComputeCrc());
    EXPECT_EQ(batch.producer_id(), -1);
    EXPECT_EQ(batch.producer_epoch(), -1);
    EXPECT_EQ(batch.base_sequence(), -1);
    auto& out = batches.emplace_back(batch.base_offset(), batch.leader_epoch(), batch.attributes());
    record::RecordIterator records(batch, batch.records());
    for (record::RecordView record; records.Next(record);) {
      out.values.push_back(wire::ToHex(*record.value));
    }
    rest = rest.subspan(peek.size_bytes);
  }
  return batches;
}

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
