#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/engine_data.h"
#include "tests/tools/dump/made_batches.h"
#include "tools/dump/stats/histogram.h"
#include "tools/dump/stats/key_count.h"
#include "tools/text/json.h"

namespace varve::dump {
namespace {

using test::Folder;
using test::RunDump;

std::string Drawn(std::initializer_list<uint64_t> values) {
  Histogram histogram;
  for (const uint64_t value : values) histogram.Add(value);
  std::string text;
  for (const Histogram::Bucket& bucket : histogram.Buckets()) {
    text += fmt::format("{}-{}:{} ", bucket.from, bucket.to, bucket.count);
  }
  return text;
}

TEST(Histogram, BucketsDouble) {
  EXPECT_EQ(Drawn({}), "");
  EXPECT_EQ(Drawn({0}), "0-0:1 ");
  EXPECT_EQ(Drawn({1, 2, 3, 4, 7}), "1-1:1 2-3:2 4-7:2 ");
  EXPECT_EQ(Drawn({5, 40}), "4-7:1 8-15:0 16-31:0 32-63:1 ");
  EXPECT_EQ(Drawn({UINT64_MAX}), "9223372036854775808-18446744073709551615:1 ");
}

TEST(Histogram, ShowsWhatIsRare) {
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.Add(4);
  histogram.Add(1);
  const std::vector<std::string> lines = DrawHistogram(histogram, 10);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].ends_with("1  #")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("0")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with("1000  ##########")) << lines[2];
}

void AddKeys(KeyCount& keys, int from, int to) {
  for (int i = from; i < to; ++i) keys.Add(AsBytes(fmt::format("key {}", i)), 10);
}

TEST(KeyCount, IsExactUpToItsBound) {
  KeyCount keys(100);
  AddKeys(keys, 0, 100);
  AddKeys(keys, 50, 75);
  keys.Add(AsBytes("key 0"), 3);
  keys.Add(AsBytes("key 0"), 4);
  EXPECT_TRUE(keys.exact());
  EXPECT_EQ(keys.distinct(), 100U);
  EXPECT_EQ(keys.superseded_records(), 27U);
  EXPECT_EQ(keys.superseded_bytes(), 25U * 10 + 10 + 3);
}

TEST(KeyCount, EstimatesBeyondIt) {
  for (const int distinct : {1'000, 20'000, 50'000, 300'000}) {
    KeyCount keys(100);
    AddKeys(keys, 0, distinct);
    AddKeys(keys, 0, distinct);
    EXPECT_FALSE(keys.exact());
    EXPECT_NEAR(static_cast<double>(keys.distinct()), distinct, distinct * 0.03);
    EXPECT_NEAR(static_cast<double>(keys.superseded_bytes()), 10.0 * distinct, distinct * 0.4);
  }
}

TEST(Stats, OfALogWrittenByTheEngine) {
  const Folder folder;
  test::WriteLog(folder.path(), 100);
  const test::Ran ran = RunDump({"--stats", folder.path()});
  EXPECT_EQ(ran.status, 0) << ran.err;
  for (const char* part :
       {"batches: 100 records: 300 earliest: 2023-11-14T22:13:20.000Z latest: "
        "2023-11-14T22:14:59.000Z",
        "codec: none batches: 20", "codec: gzip batches: 20", "codec: snappy batches: 20",
        "codec: lz4 batches: 20", "codec: zstd batches: 20",
        "keyed: 300 unkeyed: 0 tombstones: 0 distinctKeys: 10 counted: exactly",
        "supersededRecords: 290", "of: records in a batch smallest: 3 mean: 3.000 largest: 3",
        "          2 .. 3                   100  ########################################"}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << " in\n" << ran.out;
  }
  const test::Ran estimated = RunDump({"--stats", "--keys-max=3", folder.path("t-0")});
  EXPECT_NE(estimated.out.find("distinctKeys: 10 counted: as an estimate"), std::string::npos)
      << estimated.out;
}

TEST(Stats, OfOneFileWithProducersAndTombstones) {
  const Folder folder;
  record::BatchOptions options;
  options.producer_id = 7;
  options.producer_epoch = 0;
  options.base_sequence = 0;
  const std::string path = folder.Write(
      "00000000000000000000.log",
      Bytes(test::MakeBatch(options, {{"a", "12345"}, {"a", std::nullopt}, {std::nullopt, "x"}})));
  const test::Ran ran = RunDump({"--stats", "--json", path});
  EXPECT_EQ(ran.status, 0) << ran.err;
  for (const std::string& line : test::Lines(ran.out)) EXPECT_EQ(text::CompactJson(line), line);
  for (const char* part : {R"("keyed":2,"unkeyed":1,"tombstones":1,"distinctKeys":1)",
                           R"("supersededRecords":1,"supersededBytes":6,"gain":0.857)",
                           R"("producers":1,"idempotentBatches":1,"transactionalBatches":0)"}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << " in\n" << ran.out;
  }
}

TEST(Stats, DamageIsCountedAndPassedOver) {
  const Folder folder;
  Buffer log = test::Join({test::MakeBatch(0, {{"a", "1"}}), test::MakeBatch(1, {{"b", "2"}})});
  log[65] ^= std::byte{1};
  const test::Ran ran = RunDump({"--stats", folder.Write("00000000000000000000.log", Bytes(log))});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("batches: 1 records: 1 "), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("damaged: 1"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace varve::dump
