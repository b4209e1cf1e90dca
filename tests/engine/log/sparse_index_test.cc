#include "engine/log/sparse_index.h"

#include <gtest/gtest.h>

#include "tests/engine/log/machine.h"

namespace varve::log {
namespace {

constexpr int32_t kEntries = 3000;

// Keys 10, 20, ...: the first `stored` of them in the file, the others waiting.
struct Index : test::Machine {
  explicit Index(int32_t stored) : index(*files, "i.index") {
    for (int32_t i = 1; i <= kEntries; ++i) {
      index.Add(OffsetIndexEntry{10 * i, i});
      const bool all = i == stored;
      EXPECT_TRUE(!all || Run(index.WritePending()).ok());
    }
  }
  ~Index() { index.Close(); }

  absl::StatusOr<OffsetIndex::Around> Find(int64_t key) { return Run(index.Find(key)); }

  OffsetIndex index;
};

TEST(SparseIndex, FindsWhatLiesAroundAKey) {
  for (const int32_t stored : {1, 512, 513, 2500, kEntries}) {
    Index m(stored);
    for (int32_t key = 0; key <= 10 * kEntries + 10; key += 5) {
      const auto around = m.Find(key);
      ASSERT_TRUE(around.ok()) << around.status();
      const int32_t floor = std::min(key / 10, kEntries);
      const auto position = [](const auto& entry) { return entry ? int32_t{entry->position} : 0; };
      ASSERT_EQ(position(around->floor), floor) << stored;
      const int32_t above = position(around->above);
      ASSERT_TRUE(above == 0 || (above == floor + 1 && above <= kEntries)) << key << ": " << above;
    }
  }
}

TEST(SparseIndex, FindsKeysInAnyOrder) {
  Index m(kEntries);
  for (int32_t i = 0; i < kEntries; ++i) {
    const int32_t at = 1 + i * 1663 % kEntries;
    const auto around = m.Find(10 * at + 5);
    ASSERT_TRUE(around.ok()) << around.status();
    ASSERT_EQ(around->floor->position, at);
  }
}

// Who reads on pays two reads for a block of at least 256 entries.
TEST(SparseIndex, ReadingOnSearchesOnlyTheNextBlock) {
  constexpr uint64_t kReadsMax = 10 + 2 * kEntries / 256;
  Index m(kEntries);
  m.disk().Inject({.call = io::SimCall::kRead, .skip = kReadsMax, .times = io::SimFault::kForever});
  for (int64_t i = 1; i <= kEntries; ++i) {
    const auto around = m.Find(10 * i);
    ASSERT_TRUE(around.ok()) << "entry " << i << ": " << around.status();
  }
}

}  // namespace
}  // namespace varve::log
