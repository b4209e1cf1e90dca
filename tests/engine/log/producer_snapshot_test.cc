#include "engine/log/producer_snapshot.h"

#include <gtest/gtest.h>

#include "tests/engine/log/log_batches.h"

namespace varve::log {
namespace {

using Entries = std::vector<ProducerSnapshotEntry>;

Entries TwoProducers() {
  return {{1, 2, 3, 4, 1, 6, 7, -1}, {0x0102030405060708, 0, -1, -1, 0, -1, -1, 77}};
}

bool Parses(Bytes file) {
  const auto parsed = ParseProducerSnapshot(file);
  EXPECT_TRUE(parsed.ok() || absl::IsDataLoss(parsed.status())) << parsed.status();
  return parsed.ok();
}

TEST(ProducerSnapshot, HasKafkasLayout) {
  const Buffer file = FormatProducerSnapshot(TwoProducers());
  const std::string hex = test::Hex(file);
  ASSERT_EQ(file.size(), 10u + 2 * 46);
  EXPECT_EQ(hex.substr(0, 4), "0001");
  EXPECT_EQ(hex.substr(12, 8), "00000002");
  EXPECT_EQ(hex.substr(20, 92),
            "0000000000000001"
            "0002"
            "00000003"
            "0000000000000004"
            "00000001"
            "0000000000000006"
            "00000007"
            "ffffffffffffffff");
}

TEST(ProducerSnapshot, ComesBackAsItWas) {
  const auto parsed = ParseProducerSnapshot(FormatProducerSnapshot(TwoProducers()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->size(), 2u);
  EXPECT_EQ(test::Hex(FormatProducerSnapshot(*parsed)),
            test::Hex(FormatProducerSnapshot(TwoProducers())));
}

TEST(ProducerSnapshot, OfNobodyIsAFileToo) {
  const Buffer file = FormatProducerSnapshot({});
  EXPECT_EQ(file.size(), 10u);
  const auto parsed = ParseProducerSnapshot(file);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->empty());
}

TEST(ProducerSnapshot, NoBitMayDiffer) {
  const Buffer whole = FormatProducerSnapshot(TwoProducers());
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Buffer file = whole;
    file[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(Parses(file)) << "bit " << bit;
  }
}

TEST(ProducerSnapshot, NoLengthButItsOwn) {
  Buffer whole = FormatProducerSnapshot(TwoProducers());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Parses(Bytes(whole).first(size))) << size;
  }
  whole.push_back(std::byte{0});  // a stale tail of a longer file
  EXPECT_FALSE(Parses(whole));
}

TEST(ProducerSnapshot, ImpossibleProducersAreRefused) {
  Entries entries = TwoProducers();
  entries[1].producer_id = -1;
  EXPECT_FALSE(Parses(FormatProducerSnapshot(entries)));
  entries = TwoProducers();
  entries[0].offset_delta = -1;
  EXPECT_FALSE(Parses(FormatProducerSnapshot(entries)));
}

}  // namespace
}  // namespace varve::log
