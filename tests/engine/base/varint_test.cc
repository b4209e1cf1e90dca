#include "engine/base/varint.h"

#include <gtest/gtest.h>

#include <limits>

namespace varve {
namespace {

TEST(Varint, KeepsItsValueAtEveryLength) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t value : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit}) {
      Buffer buffer;
      AppendVarint(buffer, value);
      EXPECT_EQ(buffer.size(), VarintSize(value));
      Bytes rest = buffer;
      uint64_t read = 0;
      ASSERT_TRUE(TakeVarint(rest, read));
      EXPECT_EQ(read, value);
      EXPECT_TRUE(rest.empty());
    }
  }
}

TEST(Varint, ZigZagKeepsSmallNumbersSmall) {
  EXPECT_EQ(ZigZag(0), 0u);
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(1), 2u);
  for (const int64_t value : {std::numeric_limits<int64_t>::min(), int64_t{-300}, int64_t{0},
                              int64_t{300}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(UnZigZag(ZigZag(value)), value);
  }
}

TEST(Varint, RefusesWhatIsCutShortOrTooLong) {
  uint64_t value;
  Bytes none;
  EXPECT_FALSE(TakeVarint(none, value));
  const Buffer open(4, std::byte{0x80});
  Bytes cut = open;
  EXPECT_FALSE(TakeVarint(cut, value));
  const Buffer six(6, std::byte{0xff});
  Bytes wide = six;
  EXPECT_FALSE(TakeVarint(wide, value, 32));
  Buffer large;
  AppendVarint(large, uint64_t{1} << 32);
  Bytes over = large;
  EXPECT_FALSE(TakeVarint(over, value, 32));
}

}  // namespace
}  // namespace varve
