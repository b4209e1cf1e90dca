#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "server/config/property.h"
#include "server/config/reference.h"
#include "server/config/value.h"

namespace varve::config {
namespace {

using ::testing::HasSubstr;

std::vector<Property> AllProperties() {
  std::vector<Property> all(BrokerProperties().begin(), BrokerProperties().end());
  all.insert(all.end(), TopicProperties().begin(), TopicProperties().end());
  return all;
}

TEST(Table, PermitsItsOwnDefaults) {
  for (const Property& property : AllProperties()) {
    if (!property.default_text) continue;
    EXPECT_TRUE(ParseValue(property, *property.default_text).ok()) << property.name;
  }
}

TEST(Table, HasEachNameOnceAndInOrder) {
  for (const auto properties : {BrokerProperties(), TopicProperties()}) {
    for (size_t i = 1; i < properties.size(); ++i) {
      EXPECT_LT(properties[i - 1].name, properties[i].name);
    }
  }
}

TEST(Table, ExplainsEverything) {
  for (const Property& property : AllProperties()) {
    EXPECT_GE(property.doc.size(), 10u) << property.name;
    EXPECT_TRUE(property.doc.ends_with('.')) << property.name;
  }
}

TEST(Table, BoundsOnlyWhatHasBounds) {
  for (const Property& property : AllProperties()) {
    const bool number = property.type == Type::kInt || property.type == Type::kShort ||
                        property.type == Type::kLong || property.type == Type::kDouble;
    EXPECT_TRUE(number || !(property.min || property.max || property.also)) << property.name;
    EXPECT_TRUE(!number || property.one_of.empty()) << property.name;
  }
}

// A synonym in the same unit is read by the row it stands for.
TEST(Table, GivesSynonymsTheRangeOfWhatTheyStandFor) {
  for (const Property& property : BrokerProperties()) {
    for (const Synonym& synonym : property.synonyms) {
      if (synonym.name.empty()) continue;
      const Property* other = FindBrokerProperty(synonym.name);
      ASSERT_NE(other, nullptr) << synonym.name;
      EXPECT_GE(synonym.multiplier, 1);
      if (property.type == Type::kList) continue;  // log.dir
      if (synonym.multiplier == 1) {
        EXPECT_EQ(property.type, other->type) << property.name;
      }
      EXPECT_EQ(property.min, other->min) << property.name;
      EXPECT_EQ(property.also, other->also) << property.name;
    }
  }
}

// What a topic gets when nobody sets anything must be what its own row says.
TEST(Table, GivesTopicsAndBrokersTheSameDefaults) {
  for (const Property& property : TopicProperties()) {
    if (property.synonyms[0].name.empty()) continue;
    const Property* broker = FindBrokerProperty(property.synonyms[0].name);
    ASSERT_NE(broker, nullptr) << property.name;
    EXPECT_EQ(property.type, broker->type) << property.name;
    EXPECT_EQ(property.one_of, broker->one_of) << property.name;
    EXPECT_EQ(property.has_effect, broker->has_effect) << property.name;
    EXPECT_EQ(property.internal, broker->internal) << property.name;
    if (broker->default_text) {
      EXPECT_EQ(property.default_text, broker->default_text) << property.name;
    }
  }
}

TEST(Table, FindsByName) {
  EXPECT_EQ(FindBrokerProperty("log.dirs")->name, "log.dirs");
  EXPECT_EQ(FindTopicProperty("retention.ms")->name, "retention.ms");
  EXPECT_EQ(FindBrokerProperty("retention.ms"), nullptr);
  EXPECT_EQ(FindBrokerProperty(""), nullptr);
  EXPECT_EQ(FindBrokerProperty("zzz"), nullptr);
}

TEST(Table, GuessesWhatWasMeant) {
  EXPECT_EQ(NearestName(BrokerProperties(), "num.partition"), "num.partitions");
  EXPECT_EQ(NearestName(BrokerProperties(), "log.retentoin.ms"), "log.retention.ms");
  EXPECT_EQ(NearestName(BrokerProperties(), "confluent.support.metrics"), "");
  EXPECT_EQ(NearestName(BrokerProperties(), std::string(100'000, 'a')), "");
}

// The message of refusing `text` for a topic's property; empty if it is taken.
std::string Refusal(std::string_view name, std::string_view text,
                    Strictness strictness = Strictness::kNew) {
  const auto value = ParseValue(*FindTopicProperty(name), text, strictness);
  return value.ok() ? "" : std::string(value.status().message());
}

TEST(Value, ReadsTheTypes) {
  EXPECT_EQ(std::get<int64_t>(*ParseValue(*FindTopicProperty("retention.ms"), " 42 ")), 42);
  EXPECT_EQ(std::get<int64_t>(*ParseValue(*FindTopicProperty("retention.ms"), "+42")), 42);
  EXPECT_EQ(std::get<bool>(*ParseValue(*FindTopicProperty("preallocate"), "TRUE")), true);
  EXPECT_EQ(std::get<double>(*ParseValue(*FindTopicProperty("min.cleanable.dirty.ratio"), ".25")),
            0.25);
  const std::vector<std::string> both = {"compact", "delete"};
  EXPECT_EQ(std::get<std::vector<std::string>>(
                *ParseValue(*FindTopicProperty("cleanup.policy"), " compact , delete ")),
            both);
  EXPECT_TRUE(
      std::get<std::vector<std::string>>(*ParseValue(*FindTopicProperty("cleanup.policy"), " "))
          .empty());
}

TEST(Value, NamesKeyValueAndRange) {
  EXPECT_EQ(Refusal("segment.bytes", "1048575"),
            "segment.bytes=1048575: permitted is an integer from 1048576 to 2147483647");
  EXPECT_EQ(Refusal("segment.bytes", "1048576"), "");
  EXPECT_EQ(Refusal("segment.bytes", "2147483647"), "");
  EXPECT_NE(Refusal("segment.bytes", "2147483648"), "");
  EXPECT_EQ(Refusal("compression.type", "brotli"),
            "compression.type=brotli: permitted is one of: "
            "uncompressed,zstd,lz4,snappy,gzip,producer");
  EXPECT_EQ(Refusal("cleanup.policy", "delete,shred"),
            "cleanup.policy=delete,shred: permitted is a list of: compact,delete");
  EXPECT_EQ(Refusal("compression.gzip.level", "0"),
            "compression.gzip.level=0: permitted is an integer from 1 to 9, or -1");
  EXPECT_EQ(Refusal("compression.gzip.level", "-1"), "");
  EXPECT_EQ(Refusal("min.cleanable.dirty.ratio", "1.1"),
            "min.cleanable.dirty.ratio=1.1: permitted is a number from 0 to 1");
  EXPECT_EQ(Refusal("preallocate", "yes"), "preallocate=yes: permitted is true or false");
}

TEST(Value, RefusesWhatIsNoNumber) {
  for (const char* text : {"", " ", "1 2", "0x10", "1e3", "--1", "+-1", "1.0", "1_000", "ten",
                           "9223372036854775808", "-9223372036854775809"}) {
    EXPECT_NE(Refusal("retention.bytes", text), "") << text;
  }
  for (const char* text : {"", "nan", "inf", "0.5x", "1e999"}) {
    EXPECT_NE(Refusal("min.cleanable.dirty.ratio", text), "") << text;
  }
  EXPECT_EQ(Refusal("retention.bytes", "-9223372036854775808"), "");
}

TEST(Value, TakesOldRangesOfWhatIsStored) {
  EXPECT_EQ(Refusal("segment.bytes", "14", Strictness::kStored), "");
  EXPECT_NE(Refusal("segment.bytes", "13", Strictness::kStored), "");
}

TEST(Value, ShowsLittleOfForeignText) {
  EXPECT_THAT(Refusal("segment.bytes", std::string(1'000'000, '9')), HasSubstr("(1000000 bytes)"));
  EXPECT_LT(Refusal("segment.bytes", std::string(1'000'000, '9')).size(), 400u);
  EXPECT_THAT(Refusal("segment.bytes", "1\n[info] forged"), HasSubstr("=1?[info]"));
  const auto secret = ParseValue({.name = "p", .type = Type::kPassword, .one_of = "a"}, "hunter2");
  EXPECT_THAT(std::string(secret.status().message()), Not(HasSubstr("hunter2")));
}

TEST(Reference, HasARowForEveryPropertyThatIsNotInternal) {
  const std::string page = ReferencePage();
  for (const Property& property : AllProperties()) {
    const std::string row = fmt::format("| `{}` | ", property.name);
    EXPECT_EQ(page.find(row) == std::string::npos, property.internal) << property.name;
  }
  EXPECT_THAT(page, HasSubstr("| `log.retention.ms` | long |  | an integer from 1 to "));
  EXPECT_THAT(page, HasSubstr("Not set: `log.retention.minutes`, then `log.retention.hours`."));
}

}  // namespace
}  // namespace varve::config
