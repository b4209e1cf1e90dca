#include "tools/varve/records/splitter.h"

#include <gtest/gtest.h>

#include <vector>

namespace varve::cli {
namespace {

// The pieces of `text`, fed in blocks of `block` bytes.
std::vector<std::string> Split(const std::string& text, const std::string& delimiter,
                               size_t block) {
  Splitter splitter(delimiter);
  std::vector<std::string> pieces;
  std::string_view piece;
  for (size_t at = 0; at < text.size(); at += block) {
    splitter.Feed(std::string_view(text).substr(at, block));
    while (splitter.Next(piece)) pieces.emplace_back(piece);
  }
  if (splitter.Last(piece)) pieces.emplace_back(piece);
  return pieces;
}

TEST(Splitter, CutsAtDelimitersHoweverTheBytesCome) {
  using Pieces = std::vector<std::string>;
  for (const size_t block : {1, 2, 3, 100}) {
    EXPECT_EQ(Split("a\nbc\n\nd", "\n", block), (Pieces{"a", "bc", "", "d"})) << block;
    EXPECT_EQ(Split("a\nb\n", "\n", block), (Pieces{"a", "b"})) << block;
    EXPECT_EQ(Split("a<>b<<>c", "<>", block), (Pieces{"a", "b<", "c"})) << block;
    EXPECT_EQ(Split("aab", "aab", block), (Pieces{""})) << block;
    EXPECT_EQ(Split("aaab", "aab", block), (Pieces{"a"})) << block;
    EXPECT_EQ(Split("a\nb", "", block), (Pieces{"a\nb"})) << block;
    EXPECT_EQ(Split("", "\n", block), Pieces{}) << block;
  }
}

TEST(Splitter, TellsWhatItHolds) {
  Splitter splitter("\n");
  splitter.Feed("ab\ncd");
  EXPECT_EQ(splitter.pending(), 5u);
  std::string_view piece;
  EXPECT_TRUE(splitter.Next(piece));
  EXPECT_EQ(splitter.pending(), 2u);
}

}  // namespace
}  // namespace varve::cli
