#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

#include "engine/base/uuid.h"
#include "engine/io/sim/options.h"
#include "engine/record/builder.h"
#include "server/cluster/record_batch.h"
#include "server/wire/control_records.h"
#include "tests/server/cluster/node.h"
#include "tests/server/wire/hex.h"

// Metadata logs as others write them, and the bytes of ours.
namespace varve::cluster::test {

inline constexpr Uuid kTopicId{0x0102030405060708, 0x1112131415161718};
inline constexpr Uuid kDirectory{0x2122232425262728, 0x3132333435363738};
// Of the records: that of the simulated machine, so that no segment is rolled for its age.
inline constexpr int64_t kTime = io::SimOptions().wall_millis;

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

inline RecordBatch TopicRecords(std::string_view name = "taken", Uuid id = kTopicId,
                                int32_t leader = 1) {
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

inline Buffer Value(std::string_view hex) { return wire::FromHex(hex); }

inline RecordBatch Values(std::initializer_list<std::string_view> hex) {
  RecordBatch records;
  for (const std::string_view each : hex) records.AddValue(Value(each));
  return records;
}

inline constexpr std::string_view kBegin = "01 17 00 00";
inline constexpr std::string_view kEnd = "01 18 00 00";
inline constexpr std::string_view kAbort = "01 19 00 00";

// The batches of a file, and in each the values of its records, in hex.
struct Batch {
  int64_t base_offset;
  int32_t epoch;
  int16_t attributes;
  std::vector<std::string> values;
};

inline std::vector<Batch> BatchesOf(const Buffer& bytes) {
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

}  // namespace varve::cluster::test
