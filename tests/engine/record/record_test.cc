#include "engine/record/record.h"

#include <gtest/gtest.h>

#include "engine/record/builder.h"
#include "engine/record/compression.h"
#include "tests/engine/record/record_batches.h"

namespace varve::record {
namespace {

std::string Text(const MaybeBytes& bytes) {
  return bytes ? std::string(AsText(*bytes)) : std::string("null");
}

TEST(RecordIterator, ReadsTheRecordsOfAnotherClient) {
  const Buffer bytes = test::TwoRecords();
  const BatchView batch(bytes);
  RecordIterator records(batch, batch.records());
  RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.offset, 0);
  EXPECT_EQ(record.timestamp, 1700000000000);
  EXPECT_EQ(Text(record.key), "k");
  EXPECT_EQ(Text(record.value), "v");
  HeaderIterator headers = record.headers();
  HeaderView header;
  EXPECT_EQ(headers.left(), 1);
  ASSERT_TRUE(headers.Next(header));
  EXPECT_EQ(AsText(header.key), "h");
  EXPECT_EQ(Text(header.value), "x");
  EXPECT_FALSE(headers.Next(header));
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.offset, 1);
  EXPECT_EQ(record.timestamp, 1700000000005);
  EXPECT_EQ(Text(record.key), "null");
  EXPECT_EQ(Text(record.value), "hello");
  EXPECT_EQ(record.header_count, 0);
  EXPECT_FALSE(records.Next(record));
  EXPECT_TRUE(records.status().ok());
}

TEST(RecordIterator, ReadsTheMarkerOfAnotherClient) {
  const Buffer bytes = test::CommitMarker();
  const BatchView batch(bytes);
  RecordIterator records(batch, batch.records());
  RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_EQ(record.offset, 42);
  EXPECT_EQ(test::ToHex(*record.key), "00000001");
  EXPECT_EQ(test::ToHex(*record.value), "000000000007");
  EXPECT_FALSE(records.Next(record));
  EXPECT_TRUE(records.status().ok());
}

TEST(RecordIterator, TellsNullFromEmpty) {
  BatchBuilder builder;
  const HeaderView headers[] = {{AsBytes(""), AsBytes("")}, {AsBytes("h")}};
  builder.Append({.key = AsBytes(""), .value = AsBytes(""), .headers = headers});
  builder.Append({});
  const Buffer bytes = builder.Build();
  const BatchView batch(bytes);
  RecordIterator records(batch, batch.records());
  RecordView record;
  ASSERT_TRUE(records.Next(record));
  EXPECT_TRUE(record.key && record.key->empty());
  EXPECT_TRUE(record.value && record.value->empty());
  HeaderIterator read = record.headers();
  HeaderView header;
  ASSERT_TRUE(read.Next(header));
  EXPECT_TRUE(header.key.empty() && header.value && header.value->empty());
  ASSERT_TRUE(read.Next(header));
  EXPECT_EQ(AsText(header.key), "h");
  EXPECT_FALSE(header.value);
  ASSERT_TRUE(records.Next(record));
  EXPECT_FALSE(record.key || record.value);
}

// Sizes on both sides of where lengths take another byte, and of pages and blocks.
TEST(RecordIterator, ReadsBackRecordsOfEverySizeInEveryCodec) {
  const size_t sizes[] = {0,    1,    63,   64,   511,  512,   513,   4095,
                          4096, 4097, 8191, 8192, 8193, 65535, 65536, 1048577};
  for (const Codec codec : test::kAllCodecs) {
    BatchBuilder builder({.base_offset = 1000, .codec = codec});
    for (const size_t size : sizes) {
      const Buffer value = test::Incompressible(size);
      builder.Append({.timestamp = static_cast<int64_t>(size), .value = Bytes(value)});
    }
    const Buffer bytes = builder.Build();
    const BatchView batch(bytes);
    const auto plain = PlainRecords::Open(batch, size_t{8} << 20);
    ASSERT_TRUE(plain.ok()) << plain.status();
    RecordIterator records(batch, plain->bytes());
    RecordView record;
    for (const size_t size : sizes) {
      ASSERT_TRUE(records.Next(record)) << records.status();
      EXPECT_EQ(record.timestamp, static_cast<int64_t>(size));
      EXPECT_EQ(AsText(*record.value), AsText(test::Incompressible(size)));
    }
    EXPECT_FALSE(records.Next(record));
    EXPECT_TRUE(records.status().ok());
  }
}

TEST(RecordIterator, StaysAtItsFirstError) {
  Buffer bytes = test::TwoRecords();
  bytes[kHeaderBytes + 13] = std::byte{0x7f};  // the second record's length
  const BatchView batch(bytes);
  RecordIterator records(batch, batch.records());
  RecordView record;
  EXPECT_TRUE(records.Next(record));
  EXPECT_FALSE(records.Next(record));
  EXPECT_FALSE(records.Next(record));
  EXPECT_EQ(records.index(), 1);
  EXPECT_TRUE(absl::IsDataLoss(records.status())) << records.status();
}

TEST(PlainRecords, CopiesOnlyWhatIsCompressed) {
  const Buffer bytes = test::Produced(2);
  const auto plain = PlainRecords::Open(BatchView(bytes), 0);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->bytes().data(), bytes.data() + kHeaderBytes);
}

TEST(PlainRecords, StaysValidWhenMoved) {
  const Buffer bytes = test::Produced(2, 100, Codec::kGzip);
  auto opened = PlainRecords::Open(BatchView(bytes), 10000);
  ASSERT_TRUE(opened.ok());
  const PlainRecords moved = *std::move(opened);
  const Buffer expected = test::Produced(2, 100);
  EXPECT_EQ(AsText(moved.bytes()), AsText(BatchView(expected).records()));
}

}  // namespace
}  // namespace varve::record
