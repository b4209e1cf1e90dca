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
    map.Clear();
    EXPECT_EQ(map.size(), 0u);
    EXPECT_FALSE(map.Find(Hash("0")));
    EXPECT_TRUE(map.Put(Hash("one more"), 1));
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
