#include "server/wire/metadata_log.h"

#include <gtest/gtest.h>

#include <random>

#include "server/wire/control_records.h"
#include "tests/server/wire/golden.h"
#include "tests/server/wire/hex.h"
#include "tests/server/wire/samples.h"
#include "tests/server/wire/seed.h"

namespace varve::wire {
namespace {

const Golden& Records() {
  static const Golden golden = LoadGolden(VARVE_GOLDEN_RECORDS);
  return golden;
}

// Writes `record` at every version, and reads the expected bytes back.
template <typename Record>
void ExpectGolden(const std::string& name, const Record& record) {
  for (int version = 0; version <= Record::kMax; ++version) {
    SCOPED_TRACE(name + " version " + std::to_string(version));
    ASSERT_TRUE(Records().contains({name, version}));
    const std::string& expected = Records().at({name, version});
    Buffer written;
    ASSERT_TRUE(EncodeMetadataRecord(record, version, written).ok());
    EXPECT_EQ(ToHex(written), expected);

    const auto decoded = DecodeMetadataRecord(written);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->type, Record::kType);
    EXPECT_EQ(decoded->version, static_cast<uint32_t>(version));
    ASSERT_TRUE(std::holds_alternative<Record>(decoded->record));
    EXPECT_TRUE(version < Record::kMax || std::get<Record>(decoded->record) == record);

    for (size_t size = 0; size < written.size(); ++size) {
      EXPECT_FALSE(DecodeMetadataRecord(Bytes(written).first(size)).ok()) << size;
    }
  }
}

template <typename Record>
void ExpectGoldenControl(const std::string& name, Record record) {
  for (int version = 0; version <= Record::kMax; ++version) {
    SCOPED_TRACE(name + " version " + std::to_string(version));
    ASSERT_TRUE(Records().contains({name, version}));
    record.version = static_cast<int16_t>(version);
    Buffer written;
    ASSERT_TRUE(EncodeControlRecord(record, written).ok());
    EXPECT_EQ(ToHex(written), Records().at({name, version}));

    const auto decoded = DecodeControlRecord<Record>(written);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_TRUE(version < Record::kMax || *decoded == record);
    for (size_t size = 0; size < written.size(); ++size) {
      EXPECT_FALSE(DecodeControlRecord<Record>(Bytes(written).first(size)).ok()) << size;
    }
  }
}

TEST(MetadataLog, TopicRecord) {
  ExpectGolden("TopicRecord", TopicRecord{"orders", kSampleId});
  ExpectGolden("RemoveTopicRecord", RemoveTopicRecord{kOtherSampleId});
}

TEST(MetadataLog, PartitionRecord) {
  PartitionRecord record{
      .partition_id = 3,
      .topic_id = kSampleId,
      .replicas = {1, 2},
      .isr = {2},
      .removing_replicas = {5},
      .adding_replicas = {6, 7},
      .leader = 2,
      .leader_recovery_state = 1,
      .leader_epoch = 9,
      .partition_epoch = 10,
      .directories = {kSampleId, kOtherSampleId},
  };
  record.eligible_leader_replicas = {8};
  record.last_known_elr = {4, 3};
  ExpectGolden("PartitionRecord", record);
}

TEST(MetadataLog, PartitionChangeRecord) {
  PartitionChangeRecord record{
      .partition_id = 3, .topic_id = kSampleId, .leader = 1, .leader_recovery_state = 0};
  record.isr = {2};
  record.replicas = {1, 2};
  record.removing_replicas = {5};
  record.adding_replicas = {6, 7};
  record.directories.emplace(1, kOtherSampleId);
  record.eligible_leader_replicas = {8};
  record.last_known_elr.emplace();
  ExpectGolden("PartitionChangeRecord", record);
}

TEST(MetadataLog, ConfigRecord) {
  ExpectGolden("ConfigRecord",
               ConfigRecord{ConfigResource::kTopic, "orders", "retention.ms", "1000"});
}

TEST(MetadataLog, FeatureLevelRecord) {
  ExpectGolden("FeatureLevelRecord", FeatureLevelRecord{"metadata.version", 21});
}

TEST(MetadataLog, RegisterBrokerRecord) {
  const RegisterBrokerRecord record{
      .broker_id = 1,
      .is_migrating_zk_broker = true,
      .incarnation_id = kSampleId,
      .broker_epoch = 55,
      .endpoints = {{"PLAINTEXT", "h1", 65535, 1}},
      .features = {{"metadata.version", 1, 25}},
      .rack = "r1",
      .fenced = false,
      .in_controlled_shutdown = true,
      .log_dirs = {kOtherSampleId},
  };
  ExpectGolden("RegisterBrokerRecord", record);
}

TEST(MetadataLog, BrokerRegistrationChangeRecord) {
  ExpectGolden("BrokerRegistrationChangeRecord",
               BrokerRegistrationChangeRecord{1, 55, -1, 1, {kSampleId}});
}

TEST(MetadataLog, SmallRecords) {
  ExpectGolden("ProducerIdsRecord", ProducerIdsRecord{1, 55, 2000});
  ExpectGolden("ClearElrRecord", ClearElrRecord{"ab"});
  ExpectGolden("NoOpRecord", NoOpRecord{});
}

TEST(MetadataLog, LeaderChangeMessage) {
  LeaderChangeMessage record{.leader_id = 1};
  record.voters = {{1, kSampleId}};
  record.granting_voters = {{2, kOtherSampleId}};
  ExpectGoldenControl("LeaderChangeMessage", record);
}

TEST(MetadataLog, SnapshotRecords) {
  ExpectGoldenControl("SnapshotHeaderRecord",
                      SnapshotHeaderRecord{.last_contained_log_timestamp = 1'700'000'000'000});
  ExpectGoldenControl("SnapshotFooterRecord", SnapshotFooterRecord{});
}

TEST(MetadataLog, QuorumRecords) {
  ExpectGoldenControl("KRaftVersionRecord", KRaftVersionRecord{.kraft_version = 1});
  const VotersRecord::Voter voter{1, kSampleId, {{"CONTROLLER", "h1", 9093}}, {0, 1}};
  ExpectGoldenControl("VotersRecord", VotersRecord{.voters = {voter}});
}

TEST(MetadataLog, KeepsRecordsItDoesNotKnow) {
  const Buffer value = FromHex("01 63 00 aabbcc");
  const auto decoded = DecodeMetadataRecord(value);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->type, 0x63u);
  EXPECT_EQ(ToHex(std::get<UnknownRecord>(decoded->record).body), "aabbcc");
}

TEST(MetadataLog, KeepsVersionsItDoesNotKnow) {
  const Buffer value = FromHex("01 02 01 aabbcc");  // TopicRecord, version 1
  const auto decoded = DecodeMetadataRecord(value);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->type, TopicRecord::kType);
  EXPECT_EQ(decoded->version, 1u);
  EXPECT_EQ(ToHex(std::get<UnknownRecord>(decoded->record).body), "aabbcc");
}

TEST(MetadataLog, RefusesAnotherEnvelope) {
  EXPECT_FALSE(DecodeMetadataRecord(FromHex("00 14 00 00")).ok());
  EXPECT_FALSE(DecodeMetadataRecord(FromHex("02 14 00 00")).ok());
  EXPECT_FALSE(DecodeMetadataRecord({}).ok());
}

TEST(MetadataLog, SurvivesDamage) {
  std::mt19937_64 random(Seed());
  SCOPED_TRACE("VARVE_SEED=" + std::to_string(Seed()));
  for (const auto& [name, hex] : Records()) {
    Buffer value = FromHex(hex);
    for (int damage = 0; damage < 200; ++damage) {
      value[random() % value.size()] = static_cast<std::byte>(random());
      (void)DecodeMetadataRecord(value);
      (void)DecodeControlRecord<LeaderChangeMessage>(value);
      (void)DecodeControlRecord<VotersRecord>(value);
    }
  }
}

}  // namespace
}  // namespace varve::wire
