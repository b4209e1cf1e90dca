#include "tools/text/amount.h"

#include <gtest/gtest.h>

namespace varve::text {
namespace {

TEST(CountText, SeparatesThousands) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1'234'567), "1,234,567");
  EXPECT_EQ(CountText(INT64_MAX), "9,223,372,036,854,775,807");
  EXPECT_EQ(CountText(-1), "-");
}

TEST(SizeText, TakesTheUnitThatFits) {
  EXPECT_EQ(SizeText(0), "0 B");
  EXPECT_EQ(SizeText(1023), "1023 B");
  EXPECT_EQ(SizeText(1024), "1.0 KiB");
  EXPECT_EQ(SizeText(1'572'864), "1.5 MiB");
  EXPECT_EQ(SizeText(1'048'575), "1.0 MiB");
  EXPECT_EQ(SizeText(INT64_MAX), "8.0 EiB");
  EXPECT_EQ(SizeText(-1), "-");
}

TEST(ParseDuration, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseDuration("1500"), 1500);
  EXPECT_EQ(ParseDuration("250ms"), 250);
  EXPECT_EQ(ParseDuration("90s"), 90'000);
  EXPECT_EQ(ParseDuration("1h30m"), 5'400'000);
  EXPECT_EQ(ParseDuration("7d"), 604'800'000);
  EXPECT_EQ(ParseDuration("1w"), 604'800'000);
  EXPECT_EQ(ParseDuration("P1DT2H3M4S"), 93'784'000);
  EXPECT_EQ(ParseDuration("PT15M"), 900'000);
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text : {"", "P", "PT", "h", "1x", "1h30", "-1h", "1.5h", "99999999999999999999",
                           "9999999999d", "1 h"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace varve::text
