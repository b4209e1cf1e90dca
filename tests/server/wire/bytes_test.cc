// Requests as clients put them on the wire, spelled out by hand.

#include <gtest/gtest.h>

#include "server/wire/message.h"
#include "tests/server/wire/all_messages.h"
#include "tests/server/wire/hex.h"

namespace varve::wire {
namespace {

template <typename Message>
Message Decode(Buffer& bytes, int version) {
  Reader reader = Reader::OverMutable(bytes);
  auto message = DecodeBody<Message>(reader, version);
  EXPECT_TRUE(message.ok()) << message.status();
  EXPECT_TRUE(reader.rest().empty());
  return message.ok() ? *message : Message{};
}

TEST(Bytes, MetadataVersion1) {
  Buffer bytes = FromHex("00000002 0001 61 0002 6263");  // topics "a" and "bc"
  const auto request = Decode<MetadataRequest>(bytes, 1);
  ASSERT_TRUE(request.topics && request.topics->size() == 2);
  EXPECT_EQ(request.topics->at(0).name, "a");
  EXPECT_EQ(request.topics->at(1).name, "bc");
  EXPECT_TRUE(request.allow_auto_topic_creation);

  Buffer all = FromHex("ffffffff");
  EXPECT_FALSE(Decode<MetadataRequest>(all, 1).topics.has_value());
  Buffer none = FromHex("00000000");
  EXPECT_TRUE(Decode<MetadataRequest>(none, 1).topics->empty());
}

TEST(Bytes, MetadataVersion9) {
  Buffer bytes = FromHex(
      "02 02 61 00"  // one topic: "a", no tags
      "00 01 00"     // auto-create no, cluster operations yes, topic operations no
      "00");
  const auto request = Decode<MetadataRequest>(bytes, 9);
  ASSERT_TRUE(request.topics && request.topics->size() == 1);
  EXPECT_EQ(request.topics->at(0).name, "a");
  EXPECT_FALSE(request.allow_auto_topic_creation);
  EXPECT_TRUE(request.include_cluster_authorized_operations);
  EXPECT_FALSE(request.include_topic_authorized_operations);
}

TEST(Bytes, MetadataVersion12) {
  Buffer bytes = FromHex(
      "02 0000000000000001 0000000000000002 00 00"  // one topic: by id, its name null
      "01 01"                                       // auto-create, topic operations
      "00");
  const auto request = Decode<MetadataRequest>(bytes, 12);
  ASSERT_TRUE(request.topics && request.topics->size() == 1);
  EXPECT_EQ(request.topics->at(0).topic_id, (Uuid{1, 2}));
  EXPECT_FALSE(request.topics->at(0).name.has_value());
  EXPECT_TRUE(request.include_topic_authorized_operations);
}

TEST(Bytes, ProduceVersion3) {
  Buffer bytes = FromHex(
      "ffff ffff 00007530"                   // no transaction, acks all, 30 s
      "00000001 0001 74"                     // one topic: "t"
      "00000001 00000002 00000003 616263");  // partition 2, three bytes of records
  const auto request = Decode<ProduceRequest>(bytes, 3);
  EXPECT_FALSE(request.transactional_id.has_value());
  EXPECT_EQ(request.acks, -1);
  EXPECT_EQ(request.timeout_ms, 30'000);
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_EQ(request.topics[0].name, "t");
  ASSERT_EQ(request.topics[0].partitions.size(), 1u);
  EXPECT_EQ(request.topics[0].partitions[0].index, 2);
  EXPECT_EQ(AsText(request.topics[0].partitions[0].records->bytes), "abc");
}

TEST(Bytes, ProduceVersion9) {
  Buffer bytes = FromHex(
      "03 7478 0001 00007530"     // transaction "tx", acks 1, 30 s
      "02 02 74"                  // one topic: "t"
      "02 00000002 04 616263 00"  // partition 2, three bytes of records
      "00 00");
  const auto request = Decode<ProduceRequest>(bytes, 9);
  EXPECT_EQ(request.transactional_id, "tx");
  EXPECT_EQ(request.acks, 1);
  ASSERT_EQ(request.topics.size(), 1u);
  ASSERT_EQ(request.topics[0].partitions.size(), 1u);
  EXPECT_EQ(AsText(request.topics[0].partitions[0].records->bytes), "abc");
}

void ExpectTheFetch(const FetchRequest& request, const FetchRequest::Topic& topic) {
  EXPECT_EQ(request.replica.id, -1);
  EXPECT_EQ(request.max_wait_ms, 500);
  EXPECT_EQ(request.min_bytes, 1);
  EXPECT_EQ(request.max_bytes, 1 << 20);
  EXPECT_EQ(request.isolation_level, 1);
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_TRUE(request.topics[0] == topic);
}

TEST(Bytes, FetchVersion4) {
  Buffer bytes = FromHex(
      "ffffffff 000001f4 00000001 00100000 01"
      "00000001 0001 74"
      "00000001 00000002 0000000000000003 00010000");
  ExpectTheFetch(
      Decode<FetchRequest>(bytes, 4),
      {.name = "t", .partitions = {{.index = 2, .fetch_offset = 3, .max_bytes = 65536}}});
}

TEST(Bytes, FetchVersion11) {
  Buffer bytes = FromHex(
      "ffffffff 000001f4 00000001 00100000 01 0000000a 0000000b"  // session 10, epoch 11
      "00000001 0001 74"
      "00000001 00000002 00000007 0000000000000003 ffffffffffffffff 00010000"  // leader epoch 7
      "00000001 0001 75 00000001 00000009"                                     // forget u-9
      "0002 7231");                                                            // rack "r1"
  const auto request = Decode<FetchRequest>(bytes, 11);
  ExpectTheFetch(
      request,
      {.name = "t",
       .partitions = {
           {.index = 2, .current_leader_epoch = 7, .fetch_offset = 3, .max_bytes = 65536}}});
  EXPECT_EQ(request.session_id, 10);
  EXPECT_EQ(request.session_epoch, 11);
  ASSERT_EQ(request.forgotten_topics.size(), 1u);
  EXPECT_EQ(request.forgotten_topics[0].name, "u");
  EXPECT_EQ(request.forgotten_topics[0].partitions, std::vector<int32_t>{9});
  EXPECT_EQ(request.rack_id, "r1");
}

TEST(Bytes, FetchVersion12) {
  Buffer bytes = FromHex(
      "ffffffff 000001f4 00000001 00100000 01 00000000 ffffffff"
      "02 02 74"
      "02 00000002 00000007 0000000000000003 00000006 ffffffffffffffff 00010000 00"
      "00"
      "01 01"               // nothing forgotten, rack ""
      "01 00 03 03 6964");  // one tag: 0, of three bytes, the cluster "id"
  const auto request = Decode<FetchRequest>(bytes, 12);
  ExpectTheFetch(request, {.name = "t",
                           .partitions = {{.index = 2,
                                           .current_leader_epoch = 7,
                                           .fetch_offset = 3,
                                           .last_fetched_epoch = 6,
                                           .max_bytes = 65536}}});
  EXPECT_EQ(request.cluster_id, "id");
  EXPECT_EQ(request.rack_id, "");
}

TEST(Bytes, FetchVersion13) {
  Buffer bytes = FromHex(
      "ffffffff 000001f4 00000001 00100000 01 00000000 ffffffff"
      "02 0000000000000001 0000000000000002"  // by id
      "02 00000002 00000007 0000000000000003 00000006 ffffffffffffffff 00010000 00"
      "00"
      "01 01 00");
  ExpectTheFetch(Decode<FetchRequest>(bytes, 13), {.topic_id = {1, 2},
                                                   .partitions = {{.index = 2,
                                                                   .current_leader_epoch = 7,
                                                                   .fetch_offset = 3,
                                                                   .last_fetched_epoch = 6,
                                                                   .max_bytes = 65536}}});
}

TEST(Bytes, ListOffsetsVersion1) {
  Buffer bytes = FromHex("ffffffff 00000001 0001 74 00000001 00000002 fffffffffffffffe");
  const auto request = Decode<ListOffsetsRequest>(bytes, 1);
  EXPECT_EQ(request.replica_id, -1);
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_EQ(request.topics[0].name, "t");
  EXPECT_TRUE(request.topics[0].partitions.at(0) ==
              (ListOffsetsRequest::Partition{.index = 2, .timestamp = kEarliestTimestamp}));
}

TEST(Bytes, ListOffsetsVersion6) {
  Buffer bytes = FromHex(
      "ffffffff 01"  // only what is committed
      "02 02 74"
      "02 00000002 00000007 ffffffffffffffff 00"
      "00 00");
  const auto request = Decode<ListOffsetsRequest>(bytes, 6);
  EXPECT_EQ(request.isolation_level, 1);
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_TRUE(request.topics[0].partitions.at(0) ==
              (ListOffsetsRequest::Partition{2, 7, kLatestTimestamp}));
}

TEST(Bytes, CreateTopicsVersion5) {
  Buffer bytes = FromHex(
      "02 02 74 ffffffff ffff"               // "t", partitions and replicas as the broker likes
      "02 00000000 03 00000001 00000002 00"  // partition 0 on 1 and 2
      "03 02 6b 02 76 00 02 6e 00 00"        // k=v, n=null
      "00"
      "0000ea60 01 00");  // a minute, only to validate
  const auto request = Decode<CreateTopicsRequest>(bytes, 5);
  ASSERT_EQ(request.topics.size(), 1u);
  const auto& topic = request.topics[0];
  EXPECT_EQ(topic.name, "t");
  EXPECT_EQ(topic.num_partitions, -1);
  EXPECT_EQ(topic.replication_factor, -1);
  ASSERT_EQ(topic.assignments.size(), 1u);
  EXPECT_EQ(topic.assignments[0].broker_ids, (std::vector<int32_t>{1, 2}));
  ASSERT_EQ(topic.configs.size(), 2u);
  EXPECT_EQ(topic.configs[0].value, "v");
  EXPECT_EQ(topic.configs[1].name, "n");
  EXPECT_FALSE(topic.configs[1].value.has_value());
  EXPECT_EQ(request.timeout_ms, 60'000);
  EXPECT_TRUE(request.validate_only);
}

}  // namespace
}  // namespace varve::wire
