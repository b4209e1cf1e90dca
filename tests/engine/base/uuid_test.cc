#include "engine/base/uuid.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(Uuid, PrintsAsKafkaDoes) {
  EXPECT_EQ(Uuid{}.ToString(), "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(kMetadataTopicId.ToString(), "AAAAAAAAAAAAAAAAAAAAAQ");
}

TEST(Uuid, ReadsBackWhatItPrints) {
  for (const Uuid id : {Uuid{}, Uuid{0x0123456789abcdef, 0xfedcba9876543210}, Uuid{~0ull, ~0ull}}) {
    EXPECT_EQ(Uuid::Parse(id.ToString()), id);
  }
}

TEST(Uuid, RefusesWhatIsNoId) {
  EXPECT_FALSE(Uuid::Parse(""));
  EXPECT_FALSE(Uuid::Parse("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(Uuid::Parse("AAAAAAAAAAAAAAAAAAAA=="));
  EXPECT_FALSE(Uuid::Parse("AAAAAAAAAAAAAAAAAAAAAB"));  // bits past the 128th
}

TEST(Uuid, KeepsKafkasReservedIdsOut) {
  EXPECT_FALSE(UsableAsId(Uuid{}));
  EXPECT_FALSE(UsableAsId(kMetadataTopicId));
  EXPECT_FALSE(UsableAsId(*Uuid::Parse("-AAAAAAAAAAAAAAAAAAAAA")));
  EXPECT_TRUE(UsableAsId(*Uuid::Parse("BAAAAAAAAAAAAAAAAAAAAA")));
}

}  // namespace
}  // namespace varve
