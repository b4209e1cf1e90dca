#include "server/coordinator/consumer/records.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include "server/coordinator/group_records.h"
#include "tests/server/coordinator/consumer/consumer_bed.h"

namespace varve::coordinator {
namespace {

Buffer Hex(std::initializer_list<int> bytes) {
  Buffer buffer;
  for (const int each : bytes) buffer.push_back(static_cast<std::byte>(each));
  return buffer;
}

TEST(ConsumerRecords, HaveKafkasKeys) {
  const auto group = WriteConsumerKey(ConsumerRecord::kGroup, {"g", {}});
  EXPECT_EQ(group.value(), Hex({0, 3, 0, 1, 'g'}));
  const auto member = WriteConsumerKey(ConsumerRecord::kShare, {"g", "m"});
  EXPECT_EQ(member.value(), Hex({0, 8, 0, 1, 'g', 0, 1, 'm'}));
  const auto expression = WriteConsumerKey(ConsumerRecord::kExpression, {"g", "a.*"});
  EXPECT_EQ(expression.value(), Hex({0, 16, 0, 1, 'g', 0, 3, 'a', '.', '*'}));
  const auto read = ReadRecordKey(*member);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->kind, RecordKind::kConsumerGroup);
  EXPECT_EQ(read->group, "g");
  EXPECT_EQ(read->member, "m");
  EXPECT_EQ(ReadRecordKey(Hex({0, 9, 0, 1, 'g'}))->kind, RecordKind::kOther);
  EXPECT_FALSE(ReadRecordKey(Hex({0, 8, 0, 1, 'g', 0, 9, 'm'})).ok());
}

TEST(ConsumerRecords, HaveKafkasValues) {
  EXPECT_EQ(WriteGroupEpoch({.epoch = 7}).value(), Hex({0, 0, 0, 0, 0, 7, 0}));
  EXPECT_EQ(WriteGroupEpoch({.epoch = 7, .topics_hash = 1}).value(),
            Hex({0, 0, 0, 0, 0, 7, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(WriteTargetEpoch(5).value(), Hex({0, 0, 0, 0, 0, 5, 0}));
  const Assignment one{{{1, 2}, 3}};
  EXPECT_EQ(WriteTarget(one).value(),
            Hex({0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 3, 0, 0}));
  MemberShare share{.epoch = 2, .previous_epoch = 1};
  share.state = ReconcileState::kUnreleasedPartitions;
  EXPECT_EQ(WriteShare(share).value(), Hex({0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2, 1, 1, 0}));
  MemberFacts facts{.client_id = "c", .client_host = "/", .topics = {"a"}};
  facts.rebalance_timeout_ms = 1;
  EXPECT_EQ(WriteMember(facts).value(),
            Hex({0, 0, 0, 0, 2, 'c', 2, '/', 2, 2, 'a', 0, 0, 0, 0, 1, 0, 1, 0, 1, 0}));
  EXPECT_EQ(WriteExpression({.topics = {"a"}, .version = 1, .at_ms = 2}).value(),
            Hex({0, 0, 2, 2, 'a', 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0}));
}

// A member that does not speak the classic protocol says so: a tagged field that is not there
// stands for one that does.
TEST(ConsumerRecords, HaveAMemberAsKafkaWritesIt) {
  const Buffer kafkas = Hex(
      {0, 0, 4, 'o', 'n', 'e', 0, 2, 'c', 2, '/', 2, 2, 'a', 1, 0, 4, 0x93, 0xe0, 0, 1, 0, 1, 0});
  StoredConsumerGroup stored;
  ASSERT_TRUE(stored.Apply(5, "m", kafkas).ok());
  ASSERT_TRUE(stored.members.at("m").facts);
  EXPECT_EQ(stored.members.at("m").facts->instance_id, "one");
  EXPECT_EQ(stored.members.at("m").facts->rebalance_timeout_ms, 300'000);
  EXPECT_EQ(stored.members.at("m").facts->regex, std::nullopt);
  Buffer ours = *WriteMember(*stored.members.at("m").facts);
  EXPECT_EQ(std::exchange(ours.at(14), std::byte{1}), std::byte{0});  // null where Kafka has ""
  EXPECT_EQ(ours, kafkas);
}

TEST(ConsumerRecords, ReadWhatKafkaWritesBeside) {
  StoredConsumerGroup stored;
  // A member that speaks the classic protocol, and shares with the epochs of their partitions.
  EXPECT_TRUE(stored
                  .Apply(5, "m", Hex({0, 0, 0, 0,  2, 'c', 2, '/', 2, 2, 'a', 0,   0, 0,   0, 1,
                                      0, 1, 0, 12, 1, 0,   0, 0,   9, 2, 2,   'r', 2, 'x', 0, 0}))
                  .ok());
  ASSERT_TRUE(stored.members.at("m").facts);
  EXPECT_EQ(stored.members.at("m").facts->topics, std::vector<std::string>{"a"});
  EXPECT_TRUE(
      stored
          .Apply(8, "m", Hex({0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,
                              0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 1, 0, 5, 2, 0, 0, 0, 2, 1, 0}))
          .ok());
  EXPECT_EQ(stored.members.at("m").share.assigned, Of(1, {3}));
  EXPECT_TRUE(stored.Apply(4, {}, Hex({0, 0, 1, 0})).ok());
  EXPECT_TRUE(stored.has_topics_record);
}

TEST(ConsumerRecords, RefuseWhatMakesNoSense) {
  StoredConsumerGroup stored;
  EXPECT_FALSE(stored.Apply(3, {}, Hex({0, 1, 0, 0, 0, 7, 0})).ok());
  EXPECT_FALSE(stored.Apply(3, {}, Hex({0, 0, 0, 0})).ok());
  EXPECT_FALSE(stored.Apply(8, "m", Hex({0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 9, 1, 1, 0})).ok());
  EXPECT_FALSE(stored.epoch);
}

TEST(ConsumerRecords, EndWithTombstones) {
  StoredConsumerGroup stored;
  EXPECT_TRUE(stored.Apply(3, {}, *WriteGroupEpoch({.epoch = 1})).ok());
  EXPECT_TRUE(stored.Apply(5, "m", *WriteMember({})).ok());
  EXPECT_TRUE(stored.has_members());
  for (const int16_t kind : {8, 7, 5}) EXPECT_TRUE(stored.Apply(kind, "m", std::nullopt).ok());
  EXPECT_TRUE(stored.members.empty());
  EXPECT_TRUE(stored.Apply(3, {}, std::nullopt).ok());
  EXPECT_FALSE(stored.epoch);
}

// The record that Kafka before 4.1 has for topics goes with the next change.
TEST(ConsumerRecords, RemoveTheOldRecordOfTopics) {
  ConsumerBed bed;
  FakeConsumer one{.id = "one"};
  bed.Settle({&one});
  EXPECT_TRUE(bed.stored.Apply(4, {}, Hex({0, 0, 1, 0})).ok());
  bed.stored.epoch->topics_hash = 0;
  bed.Reload();
  bed.Settle({&one});
  EXPECT_FALSE(bed.stored.has_topics_record);
  EXPECT_EQ(bed.stored.epoch->epoch, 2);
}

}  // namespace
}  // namespace varve::coordinator
