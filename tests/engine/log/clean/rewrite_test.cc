#include "engine/log/clean/rewrite.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/log/clean/clean_machine.h"

namespace varve::log::test {
namespace {

using record::BatchView;
using record::Codec;
using Kind = Rewritten::Kind;

constexpr int64_t kNow = 50'000;

// What a cleaning knows, for batches by themselves: keys with their last offsets.
struct Rules : RetainRules {
  Rules() {
    keys = &map;
    map_end = 1000;
    producers = &tails;
    now_ms = kNow;
    delete_retention_ms = 100;
  }
  void Key(std::string_view key, int64_t offset) { map.Put(HashOf(AsBytes(key)), offset); }
  Rewritten Apply(const Buffer& bytes) {
    const BatchFate fate = DecideBatch(BatchView(bytes), walk, *this);
    auto rewritten = RewriteBatch(BatchView(bytes), fate, *this);
    EXPECT_TRUE(rewritten.ok()) << rewritten.status();
    return *std::move(rewritten);
  }
  // Kind and content of what a batch becomes.
  std::string Text(const Buffer& bytes) {
    const Rewritten rewritten = Apply(bytes);
    if (rewritten.kind == Kind::kNothing) return "nothing";
    if (rewritten.kind == Kind::kAsItWas) return "as it was";
    return Show(rewritten.bytes);
  }

  KeyMap map{10'000, 0.9};
  ProducerTails tails;
  TransactionWalk walk{{}};
};

TEST(Rewrite, KeepsTheLastOfEachKey) {
  Rules rules;
  rules.Key("a", 12);
  rules.Key("b", 11);
  const Buffer batch = Keyed({"a=1", "b=1", "a=2"}, 1000, {.base_offset = 10});
  EXPECT_EQ(rules.Text(batch), "11:b=1 12:a=2");
  rules.Key("b", 20);
  EXPECT_EQ(rules.Text(batch), "12:a=2");
  rules.Key("a", 20);
  EXPECT_EQ(rules.Text(batch), "nothing");
}

TEST(Rewrite, GoesByWhatTheMapSawReplaced) {
  Rules rules;
  rules.map = KeyMap(10'000, 0.9, Superseded(10, 64, 1000));
  rules.Key("a", 10);
  rules.Key("b", 11);
  rules.Key("a", 12);
  EXPECT_EQ(rules.Text(Keyed({"a=1", "b=1", "a=2"}, 1000, {.base_offset = 10})), "11:b=1 12:a=2");
  // What lies outside is looked up as ever.
  EXPECT_EQ(rules.Text(Keyed({"a=0", "c=0"}, 1000, {.base_offset = 8})), "9:c=0");
}

TEST(Rewrite, AnUntouchedBatchStaysAsItWas) {
  for (const Codec codec :
       {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    Rules rules;
    rules.Key("a", 10);
    EXPECT_EQ(rules.Text(Keyed({"a=1", "x=1"}, 1000, {.base_offset = 10, .codec = codec})),
              "as it was");
  }
}

TEST(Rewrite, AChangedBatchKeepsItsHeader) {
  for (const Codec codec :
       {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    Rules rules;
    rules.Key("a", 11);
    rules.Key("c", 50);
    const Buffer before = Keyed({"a=1", "a=2", "c=3"}, 1000,
                                {.base_offset = 10,
                                 .leader_epoch = 3,
                                 .codec = codec,
                                 .producer_id = 7,
                                 .producer_epoch = 2,
                                 .base_sequence = 40});
    const Rewritten rewritten = rules.Apply(before);
    ASSERT_EQ(rewritten.kind, Kind::kReplaced);
    const BatchView batch(rewritten.bytes);
    EXPECT_EQ(Show(rewritten.bytes), "11:a=2");
    EXPECT_EQ(batch.base_offset(), 10);
    EXPECT_EQ(batch.last_offset(), 12);
    EXPECT_EQ(batch.leader_epoch(), 3);
    EXPECT_EQ(batch.codec(), codec);
    EXPECT_EQ(batch.producer_id(), 7);
    EXPECT_EQ(batch.producer_epoch(), 2);
    EXPECT_EQ(batch.base_sequence(), 40);
    EXPECT_EQ(batch.last_sequence(), 42);
    EXPECT_EQ(batch.max_timestamp(), 1001);
    record::RecordIterator records(batch, record::PlainRecords::Open(batch, 1000)->bytes());
    EXPECT_EQ(batch.record_count(), 1);
  }
}

// The encoded records of a batch without codec.
std::vector<std::string> RawRecords(const Buffer& bytes) {
  std::vector<std::string> raw;
  const BatchView batch(bytes);
  record::RecordIterator records(batch, batch.records());
  for (record::RecordView record; records.Next(record);) raw.emplace_back(AsText(record.raw));
  EXPECT_TRUE(records.status().ok());
  return raw;
}

TEST(Rewrite, RecordsThatStayKeepTheirBytes) {
  Rules rules;
  rules.Key("a", 500);
  const Buffer before = Keyed({"a=0", "b=1", "c=2", "a=3", "d=4"}, 1000, {.base_offset = 10});
  const std::vector<std::string> raw = RawRecords(before);
  ASSERT_EQ(raw.size(), 5u);
  const Rewritten rewritten = rules.Apply(before);
  EXPECT_EQ(Show(rewritten.bytes), "11:b=1 12:c=2 14:d=4");
  EXPECT_EQ(RawRecords(rewritten.bytes), (std::vector{raw[1], raw[2], raw[4]}));
  // Times are encoded by their distance from the batch's.
  EXPECT_EQ(BatchView(rewritten.bytes).base_timestamp(), BatchView(before).base_timestamp());
  EXPECT_EQ(BatchView(rewritten.bytes).max_timestamp(), BatchView(before).max_timestamp());
}

TEST(Rewrite, ADeleteHorizonMovesTheTimeThatOthersAreToldFrom) {
  Rules rules;
  rules.Key("a", 500);
  const Buffer before = Keyed({"a=0", "b=1", "t="}, 1000, {.base_offset = 10});
  const Rewritten rewritten = rules.Apply(before);
  const BatchView batch(rewritten.bytes);
  EXPECT_TRUE(batch.has_delete_horizon());
  EXPECT_EQ(batch.base_timestamp(), kNow + 100);
  const BatchView source(before);
  record::RecordIterator was(source, source.records());
  record::RecordIterator is(batch, batch.records());
  record::RecordView old_record;
  record::RecordView record;
  ASSERT_TRUE(was.Next(old_record));  // it is gone
  while (is.Next(record)) {
    ASSERT_TRUE(was.Next(old_record));
    EXPECT_EQ(record.offset, old_record.offset);
    EXPECT_EQ(record.timestamp, old_record.timestamp);
  }
  EXPECT_FALSE(was.Next(old_record));
}

TEST(Rewrite, HeadersAndTimesOfRecordsStay) {
  Rules rules;
  rules.Key("gone", 500);
  record::BatchBuilder builder({.base_offset = 5});
  const record::HeaderView headers[] = {{AsBytes("h"), AsBytes("x")}, {AsBytes("n"), std::nullopt}};
  builder.Append({.timestamp = 3000, .key = AsBytes("gone"), .value = AsBytes("v")});
  builder.Append(
      {.timestamp = 10, .key = AsBytes("stays"), .value = AsBytes(""), .headers = headers});
  const Rewritten rewritten = rules.Apply(builder.Build());
  ASSERT_EQ(rewritten.kind, Kind::kReplaced);
  const BatchView batch(rewritten.bytes);
  record::RecordIterator records(batch, batch.records());
  record::RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.timestamp, 10);
  EXPECT_EQ(record.offset, 6);
  EXPECT_TRUE(record.value && record.value->empty());
  record::HeaderIterator each = record.headers();
  record::HeaderView header;
  ASSERT_TRUE(each.Next(header));
  EXPECT_EQ(AsText(header.key), "h");
  EXPECT_EQ(AsText(*header.value), "x");
  ASSERT_TRUE(each.Next(header));
  EXPECT_FALSE(header.value);
  EXPECT_EQ(batch.max_timestamp(), 10);
}

TEST(Rewrite, TheTimeOfAppendStays) {
  Rules rules;
  rules.Key("a", 11);
  const Rewritten rewritten =
      rules.Apply(Keyed({"a=1", "a="}, 1000, {.base_offset = 10, .log_append_time = 7777}));
  const BatchView batch(rewritten.bytes);
  EXPECT_EQ(batch.timestamp_type(), record::TimestampType::kLogAppendTime);
  EXPECT_EQ(batch.max_timestamp(), 7777);
  EXPECT_TRUE(batch.has_delete_horizon());
  record::RecordIterator records(batch, batch.records());
  record::RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.timestamp, 7777);
}

TEST(Rewrite, ATombstoneGetsAHorizonAndGoesWhenItHasPassed) {
  Rules rules;
  rules.Key("a", 10);
  rules.Key("b", 11);
  const Buffer batch = Keyed({"a=", "b=1", "c=2"}, 5, {.base_offset = 10});
  Rewritten first = rules.Apply(batch);
  EXPECT_EQ(Show(first.bytes), "10:a=- 11:b=1 12:c=2~50100");
  // Times of records stay what they were, whatever their deltas count from.
  const BatchView kept(first.bytes);
  record::RecordIterator records(kept, kept.records());
  record::RecordView record;
  for (const int64_t time : {5, 6, 7}) {
    ASSERT_TRUE(records.Next(record));
    EXPECT_EQ(record.timestamp, time);
  }
  EXPECT_EQ(kept.max_timestamp(), 7);
  // Until then it stays as it is, also when others go.
  rules.now_ms = 50'099;
  EXPECT_EQ(rules.Text(first.bytes), "as it was");
  rules.Key("c", 20);
  EXPECT_EQ(rules.Text(first.bytes), "10:a=- 11:b=1~50100");
  rules.now_ms = 50'100;
  EXPECT_EQ(rules.Text(first.bytes), "11:b=1~50100");
}

TEST(Rewrite, AHorizonMayBeNever) {
  Rules rules;
  rules.delete_retention_ms = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(rules.Text(Keyed({"a="})), "0:a=-~9223372036854775807");
}

TEST(Rewrite, RecordsBehindTheMapStay) {
  Rules rules;
  rules.map_end = 12;
  rules.Key("a", 11);
  rules.Key("b", 11);
  const Buffer batch = Keyed({"a=1", "b=1", "a=2", "b="}, 5, {.base_offset = 10});
  EXPECT_EQ(rules.Text(batch), "11:b=1 12:a=2 13:b=-~50100");
  EXPECT_EQ(rules.Text(Keyed({"a=", "b=1"}, 5, {.base_offset = 12})), "as it was");
}

TEST(Rewrite, ARecordWithoutAKeyGoes) {
  Rules rules;
  record::BatchBuilder builder({.base_offset = 4});
  builder.Append({.value = AsBytes("v")});
  builder.Append({.key = AsBytes("k"), .value = AsBytes("v")});
  EXPECT_EQ(rules.Text(builder.Build()), "5:k=v");
}

TEST(Rewrite, TheLastBatchOfAProducerLeavesItsHeader) {
  Rules rules;
  rules.tails[7] = {.last_data_offset = 11, .epoch = 2};
  rules.Key("a", 100);
  const record::BatchOptions options{.base_offset = 10,
                                     .codec = Codec::kZstd,
                                     .producer_id = 7,
                                     .producer_epoch = 2,
                                     .base_sequence = 3};
  const Rewritten rewritten = rules.Apply(Keyed({"a=1", "a=2"}, 1000, options));
  EXPECT_EQ(Show(rewritten.bytes), "[10-11]");
  EXPECT_EQ(rewritten.bytes.size(), record::kHeaderBytes);
  EXPECT_EQ(BatchView(rewritten.bytes).max_timestamp(), 1001);
  EXPECT_EQ(BatchView(rewritten.bytes).last_sequence(), 4);
  EXPECT_FALSE(BatchView(rewritten.bytes).is_compressed());
  // It stays as long as the producer is known, and no longer.
  EXPECT_EQ(rules.Text(rewritten.bytes), "as it was");
  rules.tails[7].last_data_offset = 200;
  EXPECT_EQ(rules.Text(rewritten.bytes), "nothing");
}

TEST(Rewrite, TheBatchThatEndsAnOutputLeavesItsHeader) {
  Rules rules;
  const int64_t ends[] = {12, 20};
  rules.ends = ends;
  rules.Key("a", 100);
  EXPECT_EQ(rules.Text(Keyed({"a=1", "a=2"}, 1000, {.base_offset = 10})), "[10-11]");
  EXPECT_EQ(rules.Text(Keyed({"a=1", "a=2"}, 1000, {.base_offset = 11})), "nothing");
  EXPECT_EQ(rules.Text(Keyed({"a=1"}, 1000, {.base_offset = 19})), "[19-19]");
  rules.map_end = 31;
  EXPECT_EQ(rules.Text(Keyed({"a=1"}, 1000, {.base_offset = 30})), "[30-30]");
}

TEST(Rewrite, WhatCannotBeReadIsAnError) {
  Rules rules;
  Buffer batch = Keyed({"a=1", "b=2"}, 1000, {.codec = Codec::kZstd});
  for (size_t i = record::kHeaderBytes; i < batch.size(); ++i) batch[i] = std::byte{0x55};
  const BatchFate fate = DecideBatch(BatchView(batch), rules.walk, rules);
  EXPECT_TRUE(absl::IsDataLoss(RewriteBatch(BatchView(batch), fate, rules).status()));
}

}  // namespace
}  // namespace varve::log::test
