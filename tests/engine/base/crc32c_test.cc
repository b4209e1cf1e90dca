#include "engine/base/crc32c.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(Crc32c, MatchesTheCheckValueOfTheStandard) {
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xE3069283u);
  EXPECT_EQ(Crc32c({}), 0u);
}

// RFC 3720, appendix B.4.
TEST(Crc32c, MatchesTheVectorsOfIscsi) {
  EXPECT_EQ(Crc32c(Buffer(32, std::byte{0})), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(Buffer(32, std::byte{0xff})), 0x62A8AB43u);
}

TEST(Crc32c, ExtendsAtAnySplit) {
  const std::string_view text =
      "laid down in order, never rewritten, read back by depth or by date";
  for (size_t split = 0; split <= text.size(); ++split) {
    const uint32_t head = Crc32c(AsBytes(text.substr(0, split)));
    EXPECT_EQ(ExtendCrc32c(head, AsBytes(text.substr(split))), Crc32c(AsBytes(text)));
  }
}

}  // namespace
}  // namespace varve
