#include "server/config/properties.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "server/config/utf8.h"

namespace varve::config {
namespace {

using ::testing::HasSubstr;

// The entries of `text` as "key=value" lines, or the error.
std::string Read(std::string_view text) {
  const auto entries = ParseProperties(text);
  if (!entries.ok()) return entries.status().ToString();
  std::string out;
  for (const PropertyEntry& entry : *entries) out += fmt::format("{}={};", entry.key, entry.value);
  return out;
}

TEST(Properties, SeparatesKeysFromValues) {
  EXPECT_EQ(Read("a=b"), "a=b;");
  EXPECT_EQ(Read("a:b\n"), "a=b;");
  EXPECT_EQ(Read("a b"), "a=b;");
  EXPECT_EQ(Read("  a \t = \f b c "), "a=b c ;");
  EXPECT_EQ(Read("a = = b"), "a== b;");
  EXPECT_EQ(Read("a"), "a=;");
  EXPECT_EQ(Read("a="), "a=;");
  EXPECT_EQ(Read("=b"), "=b;");
  EXPECT_EQ(Read("listeners=PLAINTEXT://:9092"), "listeners=PLAINTEXT://:9092;");
}

TEST(Properties, SkipsCommentsAndBlankLines) {
  EXPECT_EQ(Read("# a=1\n! b=2\n\n   \t\n  # c=3\\\nd=4"), "d=4;");
  EXPECT_EQ(Read("a=#1!"), "a=#1!;");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("\r\n\r\n"), "");
}

TEST(Properties, EndsLinesAsAnySystemDoes) {
  EXPECT_EQ(Read("a=1\nb=2\rc=3\r\nd=4"), "a=1;b=2;c=3;d=4;");
}

TEST(Properties, JoinsContinuedLines) {
  EXPECT_EQ(Read("a=1,\\\n   2,\\\r\n\t3\nb=4"), "a=1,2,3;b=4;");
  EXPECT_EQ(Read("a=1\\\\\nb=2"), "a=1\\;b=2;");    // an even number ends the line
  EXPECT_EQ(Read("a=1\\\\\\\n2"), "a=1\\2;");       // an odd one does not
  EXPECT_EQ(Read("a=1\\\n#2\nb=3"), "a=1#2;b=3;");  // no comment inside an entry
  EXPECT_EQ(Read("a=1\\\n\nb=2"), "a=1;b=2;");      // a blank line ends it
  EXPECT_EQ(Read("a=1\\"), "a=1;");                 // nothing follows
}

TEST(Properties, ReadsEscapes) {
  EXPECT_EQ(Read("a\\ b\\=\\:c=1"), "a b=:c=1;");
  EXPECT_EQ(Read("a=\\t\\n\\r\\f\\x\\\\"), "a=\t\n\r\fx\\;");
  EXPECT_EQ(Read("a=\\u0041\\u00e9\\u20AC"), "a=A\u00e9\u20ac;");
  EXPECT_EQ(Read("a=\\ud83d\\ude00"), "a=\U0001F600;");
  EXPECT_EQ(Read("a=\\ud83dx"), "a=\ufffdx;");  // half a pair
}

TEST(Properties, RefusesMalformedEscapesAndZeroes) {
  EXPECT_THAT(Read("ok=1\nb=\\u12"), HasSubstr("line 2"));
  EXPECT_THAT(Read("b=\\u12g4"), HasSubstr("line 1"));
  EXPECT_THAT(Read("b=\\u0000"), HasSubstr("line 1"));
  EXPECT_THAT(Read(std::string_view("a=\0", 3)), HasSubstr("zero byte"));
}

TEST(Properties, TakesUtf8AndElseLatin1) {
  EXPECT_EQ(Read("a=\xc3\xa9"), "a=\u00e9;");
  EXPECT_EQ(Read("a=\xe9"), "a=\u00e9;");
}

TEST(Properties, TellsTheLineAndKeepsTheOrder) {
  const auto entries = ParseProperties("# c\nb=1\\\n  2\n\na=3\nb=4");
  ASSERT_TRUE(entries.ok());
  const std::vector<PropertyEntry> expected = {{"b", "12", 2}, {"a", "3", 5}, {"b", "4", 6}};
  EXPECT_EQ(*entries, expected);
}

TEST(Properties, BoundsTheText) {
  EXPECT_TRUE(ParseProperties(std::string(kPropertiesBytesMax, '\n')).ok());
  EXPECT_EQ(ParseProperties(std::string(kPropertiesBytesMax + 1, '\n')).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Properties, WritesWhatItReads) {
  const std::vector<PropertyEntry> entries = {
      {"cluster.id", "-Abc_d==", 0}, {" a b", "  c d ", 0},        {"k=:#!", "v=:#!\\", 0},
      {"t", "\t\n\r\f\x01\x7f", 0},  {"u", "\u00e9\U0001F600", 0}, {"", "", 0}};
  const std::string text = FormatProperties({"", "Sun Nov 22"}, entries);
  EXPECT_TRUE(text.starts_with("#\n#Sun Nov 22\ncluster.id=-Abc_d\\=\\=\n"));
  auto read = ParseProperties(text);
  ASSERT_TRUE(read.ok());
  for (PropertyEntry& entry : *read) entry.line = 0;
  EXPECT_EQ(*read, entries);
}

TEST(Properties, SurvivesRandomBytesAndReadsBackWhatItAccepts) {
  std::mt19937 random(7);
  const std::string_view alphabet = "ab=: \t\n\r\\u01f#!\xc3\xa9\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) {
      c = round % 2 == 0 ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
    }
    const auto entries = ParseProperties(text);
    if (!entries.ok()) continue;
    const auto again = ParseProperties(FormatProperties({}, *entries));
    ASSERT_TRUE(again.ok());
    ASSERT_EQ(again->size(), entries->size());
    for (size_t i = 0; i < entries->size(); ++i) {
      EXPECT_EQ((*again)[i].key, (*entries)[i].key);
      EXPECT_EQ((*again)[i].value, (*entries)[i].value);
    }
  }
}

TEST(Utf8, KnowsWhatIsValid) {
  EXPECT_TRUE(ValidUtf8("a\u00e9\u20ac\U0001F600"));
  EXPECT_FALSE(ValidUtf8("\x80"));              // no lead
  EXPECT_FALSE(ValidUtf8("\xc3"));              // cut short
  EXPECT_FALSE(ValidUtf8("\xc0\x80"));          // longer than need be
  EXPECT_FALSE(ValidUtf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(ValidUtf8("\xf4\x90\x80\x80"));  // past U+10FFFF
}

}  // namespace
}  // namespace varve::config
