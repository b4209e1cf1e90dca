#include "tools/varve/records/start.h"

#include <gtest/gtest.h>

#include "tools/varve/facts/reset.h"

namespace varve::cli {
namespace {

using Kind = Start::Kind;

TEST(ParseStart, ReadsPlaces) {
  EXPECT_EQ(*ParseStart("beginning"), (Start{Kind::kBeginning, 0}));
  EXPECT_EQ(*ParseStart("latest"), (Start{Kind::kEnd, 0}));
  EXPECT_EQ(*ParseStart("17"), (Start{Kind::kOffset, 17}));
  EXPECT_EQ(*ParseStart("-3"), (Start{Kind::kLast, 3}));
  for (const char* text : {"", "-", "--3", "middle", "1h", "-1h", "5x"}) {
    EXPECT_FALSE(ParseStart(text).ok()) << text;
  }
}

TEST(ParseMoment, ReadsTimesAndHowLongAgo) {
  constexpr int64_t kNow = 1'700'000'000'000;
  EXPECT_EQ(*ParseMoment("-1h30m", kNow), kNow - 5'400'000);
  EXPECT_EQ(*ParseMoment("-500", kNow), kNow - 500);
  EXPECT_EQ(*ParseMoment("-36500d", kNow), 0);
  EXPECT_EQ(*ParseMoment("1600000000000", kNow), 1'600'000'000'000);
  EXPECT_EQ(*ParseMoment("1970-01-02", kNow), 86'400'000);
  for (const char* text : {"", "-", "1h", "yesterday", "1960-01-01"}) {
    EXPECT_FALSE(ParseMoment(text, kNow).ok()) << text;
  }
}

TEST(Resolve, StaysWithinTheLog) {
  const LogRange range{10, 20, 15};
  EXPECT_EQ(Resolve({Kind::kBeginning, 0}, range), 10);
  EXPECT_EQ(Resolve({Kind::kEnd, 0}, range), 20);
  EXPECT_EQ(Resolve({Kind::kOffset, 12}, range), 12);
  EXPECT_EQ(Resolve({Kind::kOffset, 2}, range), 10);
  EXPECT_EQ(Resolve({Kind::kOffset, 200}, range), 20);
  EXPECT_EQ(Resolve({Kind::kLast, 3}, range), 17);
  EXPECT_EQ(Resolve({Kind::kLast, INT64_MAX}, range), 10);
  EXPECT_EQ(Resolve({Kind::kTime, 5}, range), 15);
  EXPECT_EQ(Resolve({Kind::kTime, 5}, {10, 20, -1}), 20);
}

TEST(NewOffset, GoesWhereItIsTold) {
  using To = ResetTarget::Kind;
  const LogRange range{10, 20, 15};
  EXPECT_EQ(NewOffset({To::kEarliest, 0}, range, 12), 10);
  EXPECT_EQ(NewOffset({To::kLatest, 0}, range, 12), 20);
  EXPECT_EQ(NewOffset({To::kCurrent, 0}, range, 12), 12);
  EXPECT_EQ(NewOffset({To::kCurrent, 0}, range, 2), 10);
  EXPECT_EQ(NewOffset({To::kCurrent, 0}, range, std::nullopt), 20);
  EXPECT_EQ(NewOffset({To::kOffset, 99}, range, 12), 20);
  EXPECT_EQ(NewOffset({To::kTime, 5}, range, 12), 15);
}

TEST(NewOffset, ShiftsNoFurtherThanTheEnds) {
  using To = ResetTarget::Kind;
  const LogRange range{10, 20, -1};
  EXPECT_EQ(NewOffset({To::kShift, 3}, range, 12), 15);
  EXPECT_EQ(NewOffset({To::kShift, -1}, range, 12), 11);
  EXPECT_EQ(NewOffset({To::kShift, INT64_MAX}, range, 12), 20);
  EXPECT_EQ(NewOffset({To::kShift, INT64_MIN}, range, 12), 10);
  EXPECT_EQ(NewOffset({To::kShift, 1}, range, 100), 20);
  EXPECT_EQ(NewOffset({To::kShift, -1}, range, 2), 10);
  EXPECT_EQ(NewOffset({To::kShift, 3}, range, std::nullopt), std::nullopt);
}

TEST(ParseTopicChoice, ReadsTopicsAndPartitions) {
  EXPECT_EQ(*ParseTopicChoice("t"), (TopicChoice{"t", {}}));
  EXPECT_EQ(*ParseTopicChoice("t:0,12"), (TopicChoice{"t", {0, 12}}));
  for (const char* text : {"", ":", "t:", ":0", "t:0,", "t:,0", "t:a", "t:-1", "t:0 1"}) {
    EXPECT_FALSE(ParseTopicChoice(text).ok()) << text;
  }
}

}  // namespace
}  // namespace varve::cli
