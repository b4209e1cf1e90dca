#include "engine/log/clean/key_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "engine/io/random.h"

namespace varve::log::test {
namespace {

KeyHash Hash(std::string_view key) { return HashOf(AsBytes(key)); }

TEST(KeyMap, TheLastOffsetOfAKeyCounts) {
  KeyMap map(1000, 0.9);
  EXPECT_FALSE(map.Find(Hash("a")));
  EXPECT_TRUE(map.Put(Hash("a"), 0));
  EXPECT_TRUE(map.Put(Hash("b"), 1));
  EXPECT_TRUE(map.Put(Hash("a"), 7));
  EXPECT_EQ(map.Find(Hash("a")), 7);
  EXPECT_EQ(map.Find(Hash("b")), 1);
  EXPECT_FALSE(map.Find(Hash("")));
  EXPECT_TRUE(map.Put(Hash(""), 9));
  EXPECT_EQ(map.Find(Hash("")), 9);
  EXPECT_EQ(map.size(), 3u);
}

TEST(KeyMap, AFullMapTakesOnlyKeysThatItHas) {
  for (const double load_factor : {0.5, 0.9, 1.0}) {
    KeyMap map(100 * KeyMap::kSlotBytes, load_factor);
    const size_t most = map.size_max();
    EXPECT_EQ(most, std::min<size_t>(static_cast<size_t>(100 * load_factor), 99));
    for (size_t i = 0; i < most; ++i) {
      ASSERT_TRUE(map.Put(Hash(std::to_string(i)), static_cast<int64_t>(i)));
    }
    EXPECT_FALSE(map.Put(Hash("one more"), 1000));
    EXPECT_FALSE(map.Find(Hash("one more")));
    EXPECT_TRUE(map.Put(Hash("0"), 1000));
    EXPECT_EQ(map.Find(Hash("0")), 1000);
  }
}

TEST(KeyMap, TakesNoMoreMemoryThanItIsGiven) {
  EXPECT_EQ(KeyMap(1000, 0.9).bytes(), 41 * KeyMap::kSlotBytes);
  EXPECT_EQ(KeyMap(0, 0.9).bytes(), 2 * KeyMap::kSlotBytes);
  EXPECT_EQ(KeyMap(0, 0.9).size_max(), 1u);
  for (const uint64_t keys : {1, 2, 9, 10, 1000}) {
    EXPECT_GE(KeyMap(KeyMap::BytesFor(keys, 0.9), 0.9).size_max(), keys);
  }
}

TEST(KeyMap, KnowsWhatItReplaced) {
  KeyMap map(10 * KeyMap::kSlotBytes, 0.9, Superseded(100, 65, 1000));
  EXPECT_EQ(map.bytes(), 10 * KeyMap::kSlotBytes + 16);
  EXPECT_TRUE(map.Put(Hash("a"), 99));  // below what is covered
  EXPECT_TRUE(map.Put(Hash("a"), 100));
  EXPECT_TRUE(map.Put(Hash("b"), 163));
  EXPECT_TRUE(map.Put(Hash("a"), 164));
  EXPECT_TRUE(map.Put(Hash("b"), 1000));
  EXPECT_TRUE(map.Put(Hash("b"), 1001));
  const Superseded& superseded = map.superseded();
  EXPECT_FALSE(superseded.Covers(99));
  EXPECT_FALSE(superseded.Covers(1000));
  for (const int64_t offset : {100, 101, 163, 164}) {
    ASSERT_TRUE(superseded.Covers(offset));
    EXPECT_EQ(superseded.Has(offset), offset == 100 || offset == 163) << offset;
  }
}

TEST(Superseded, CoversWhatItHasMemoryFor) {
  EXPECT_FALSE(Superseded().Covers(0));
  const Superseded all(10, 100, 1000);
  EXPECT_TRUE(all.Covers(10) && all.Covers(109));
  const Superseded some(10, 100, 15);
  EXPECT_EQ(some.bytes(), 8u);
  EXPECT_TRUE(some.Covers(73));
  EXPECT_FALSE(some.Covers(74));
  EXPECT_FALSE(some.Covers(9));
}

TEST(KeyMap, AgreesWithAMap) {
  io::Random random(7);
  KeyMap map(KeyMap::BytesFor(500, 0.9), 0.9);
  std::map<std::string, int64_t> model;
  for (int64_t i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(random.Below(600));
    const bool put = map.Put(Hash(key), i);
    EXPECT_EQ(put, model.contains(key) || model.size() < map.size_max());
    if (put) model[key] = i;
  }
  EXPECT_EQ(map.size(), model.size());
  for (const auto& [key, offset] : model) EXPECT_EQ(map.Find(Hash(key)), offset);
}

}  // namespace
}  // namespace varve::log::test
