#include "engine/log/checkpoint.h"

#include <gtest/gtest.h>

namespace varve::log {
namespace {

TEST(OffsetCheckpoint, IsKafkasText) {
  const OffsetMap offsets{{{"b-c", 1}, 7}, {{"a", 0}, 9223372036854775807}};
  const std::string text = "0\n2\na 0 9223372036854775807\nb-c 1 7\n";
  EXPECT_EQ(FormatOffsets(offsets), text);
  const auto parsed = ParseOffsets(text);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, offsets);
  EXPECT_EQ(FormatOffsets({}), "0\n0\n");
}

TEST(OffsetCheckpoint, MayBeEmpty) {
  for (const char* text : {"", "0", "0\n", "0\n0\n", "0\n0"}) {
    const auto parsed = ParseOffsets(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_TRUE(parsed->empty());
  }
}

TEST(OffsetCheckpoint, TakesSeveralBlanksAndAMissingLastLineEnd) {
  const auto parsed = ParseOffsets("0\n1\na \t 0   5");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->at({"a", 0}), 5);
}

TEST(OffsetCheckpoint, RefusesAnythingElse) {
  for (const char* text :
       {"1\n0\n", "x\n0\n", "0\n1\n", "0\n-1\n", "0\n1\na 0 5\nb 0 5\n", "0\n2\na 0 5\n",
        "0\n1\na 0\n", "0\n1\na 0 5 6\n", "0\n1\na x 5\n", "0\n1\na 0 x\n", "0\n1\na -1 5\n",
        "0\n1\na 0 -5\n", "0\n1\na 2147483648 5\n", "0\n1\na 0 9223372036854775808\n",
        "0\n1\n\na 0 5\n", "\n0\n1\na 0 5\n", "0\n99999999999\na 0 5\n"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseOffsets(text).status())) << text;
  }
}

TEST(EpochCheckpoint, IsKafkasText) {
  const std::vector<EpochStart> epochs{{0, 0}, {3, 17}};
  EXPECT_EQ(FormatEpochs(epochs), "0\n2\n0 0\n3 17\n");
  const auto parsed = ParseEpochs("0\n2\n0 0\n3 17\n");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, epochs);
  EXPECT_TRUE(ParseEpochs("")->empty());
}

TEST(EpochCheckpoint, MustRise) {
  for (const char* text : {"0\n2\n1 0\n1 5\n", "0\n2\n2 0\n1 5\n", "0\n2\n1 5\n2 5\n",
                           "0\n2\n1 5\n2 4\n", "0\n1\n-1 0\n", "0\n1\n1 -1\n"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseEpochs(text).status())) << text;
  }
}

TEST(PartitionMetadata, IsKafkasText) {
  const Uuid id{0x0123456789abcdef, 0xfedcba9876543210};
  const std::string text = FormatPartitionMetadata(id);
  EXPECT_EQ(text, "version: 0\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA");
  const auto parsed = ParsePartitionMetadata(text);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, id);
  EXPECT_TRUE(ParsePartitionMetadata(text + "\n").ok());
}

TEST(PartitionMetadata, NeedsVersionAndId) {
  for (const char* text :
       {"", "version: 0", "topic_id: ASNFZ4mrze_-3LqYdlQyEA", "version: 0\ntopic_id: short",
        "version: -1\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA",
        "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParsePartitionMetadata(text).status())) << text;
  }
}

}  // namespace
}  // namespace varve::log
