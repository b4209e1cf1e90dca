#include "engine/log/txn_index.h"

#include <gtest/gtest.h>

#include "tests/engine/log/log_batches.h"

namespace varve::log {
namespace {

using Entries = std::vector<TxnIndexEntry>;

Entries Some() {
  return {MakeTxnIndexEntry({0, 0}, 10, 11), MakeTxnIndexEntry({1, 5}, 15, 13),
          MakeTxnIndexEntry({2, 18}, 35, 25), MakeTxnIndexEntry({3, 32}, 50, 40)};
}

Bytes FileOf(const Entries& entries) { return std::as_bytes(std::span(entries)); }

// Producers found, and whether the search is over: "1 2 done".
std::string Collected(int64_t from, int64_t upper) {
  std::vector<AbortedTransaction> found;
  const bool done = CollectAborted(Some(), from, upper, found);
  std::string text;
  for (const AbortedTransaction& aborted : found) text += std::to_string(aborted.producer_id) + " ";
  return text + (done ? "done" : "goes on");
}

TEST(TxnIndex, HasKafkasLayout) {
  const Entries one{MakeTxnIndexEntry({1, 2}, 3, 4)};
  EXPECT_EQ(test::Hex(FileOf(one)),
            "0000"
            "0000000000000001"
            "0000000000000002"
            "0000000000000003"
            "0000000000000004");
}

TEST(TxnIndex, ComesBackAsItWas) {
  const Entries some = Some();
  const auto parsed = ParseTxnIndex(FileOf(some), 0, 51);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(test::Hex(FileOf(*parsed)), test::Hex(FileOf(some)));
  EXPECT_TRUE(ParseTxnIndex({}, 0, 51)->empty());
}

TEST(TxnIndex, SaysOnlyWhatCanBe) {
  const auto refused = [](const Entries& entries, int64_t base, int64_t next_base) {
    return absl::IsDataLoss(ParseTxnIndex(FileOf(entries), base, next_base).status());
  };
  EXPECT_FALSE(refused(Some(), 10, 51));  // transactions may begin in an earlier segment
  EXPECT_TRUE(refused(Some(), 11, 51));   // their markers may not
  EXPECT_TRUE(refused(Some(), 0, 50));
  Entries entries = Some();
  entries[1].version = 1;
  EXPECT_TRUE(refused(entries, 0, 51));
  entries = Some();
  entries[2].last_offset = 15;  // markers rise
  EXPECT_TRUE(refused(entries, 0, 51));
  entries = Some();
  entries[0].first_offset = 10;
  EXPECT_TRUE(refused(entries, 0, 51));
  entries = Some();
  EXPECT_TRUE(absl::IsDataLoss(ParseTxnIndex(FileOf(entries).first(35), 0, 51).status()));
}

// Kafka's own examples.
TEST(TxnIndex, FindsWhatAReadMeets) {
  EXPECT_EQ(Collected(0, 100), "0 1 2 3 goes on");
  EXPECT_EQ(Collected(0, 32), "0 1 2 done");
  EXPECT_EQ(Collected(0, 35), "0 1 2 3 done");
  EXPECT_EQ(Collected(11, 35), "1 2 3 done");
  EXPECT_EQ(Collected(20, 41), "2 3 goes on");
}

}  // namespace
}  // namespace varve::log
