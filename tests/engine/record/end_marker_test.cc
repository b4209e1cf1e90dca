#include "engine/record/end_marker.h"

#include <gtest/gtest.h>

#include "engine/record/builder.h"
#include "engine/record/validate.h"

namespace varve::record {
namespace {

std::optional<EndMarker> Parsed(const Buffer& batch) { return ParseEndMarker(BatchView(batch)); }

TEST(EndMarker, ComesBackAsItWas) {
  for (const bool commit : {false, true}) {
    const EndMarker marker{commit, 77};
    const Buffer batch = BuildEndMarker(5, 3, marker, 1234);
    const BatchView view(batch);
    EXPECT_EQ(ParseEndMarker(view), marker);
    EXPECT_TRUE(view.is_control() && view.is_transactional());
    EXPECT_EQ(view.producer_id(), 5);
    EXPECT_EQ(view.producer_epoch(), 3);
    EXPECT_EQ(view.base_sequence(), kNoSequence);
    EXPECT_EQ(view.max_timestamp(), 1234);
    EXPECT_TRUE(CheckStoredBatch(batch).ok());
    EXPECT_LE(batch.size(), kEndMarkerBytesMax);
  }
}

TEST(EndMarker, OthersAreNone) {
  const auto control = [](std::string_view key, std::string_view value, bool is_control = true) {
    BatchBuilder builder({.control = is_control, .producer_id = 1, .producer_epoch = 0});
    builder.Append({.timestamp = 1, .key = AsBytes(key), .value = AsBytes(value)});
    return builder.Build();
  };
  using std::string_view_literals::operator""sv;
  const auto value = "\0\0\0\0\0\7"sv;
  EXPECT_EQ(Parsed(control("\0\0\0\1"sv, value)), (EndMarker{true, 7}));
  EXPECT_EQ(Parsed(control("\0\0\0\0"sv, "\0\1\0\0\0\7more"sv)), (EndMarker{false, 7}));
  EXPECT_EQ(Parsed(control("\0\0\0\2"sv, value)), std::nullopt);  // a leader change
  EXPECT_EQ(Parsed(control("\0\0\0"sv, value)), std::nullopt);
  EXPECT_EQ(Parsed(control("\0\0\0\1"sv, "\0\0\0\0\0"sv)), std::nullopt);
  EXPECT_EQ(Parsed(control("\0\0\0\1"sv, value, false)), std::nullopt);
}

TEST(EndMarker, OneThatIsCutShortIsNone) {
  const Buffer batch = BuildEndMarker(5, 3, {true, 77}, 1234);
  for (size_t size = kHeaderBytes; size < batch.size(); ++size) {
    EXPECT_EQ(ParseEndMarker(BatchView(Bytes(batch).first(size))), std::nullopt) << size;
  }
}

}  // namespace
}  // namespace varve::record
