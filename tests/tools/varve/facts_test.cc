#include <gtest/gtest.h>

#include "tools/varve/facts/configs.h"
#include "tools/varve/facts/groups.h"

namespace varve::cli {
namespace {

Buffer ToBytes(std::initializer_list<int> values) {
  Buffer bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(ParseAssignment, ReadsWhatAConsumerWasGiven) {
  const Buffer bytes = ToBytes(
      {0, 1, 0, 0, 0, 1, 0, 1, 't', 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 255, 255, 255, 255});
  EXPECT_EQ(ParseAssignment(bytes), (std::vector<TopicPartition>{{"t", 1}, {"t", 3}}));
}

TEST(ParseAssignment, RefusesOtherBytes) {
  EXPECT_EQ(ParseAssignment({}), std::nullopt);
  EXPECT_EQ(ParseAssignment(ToBytes({0, 1, 127, 255, 255, 255})), std::nullopt);
}

TEST(ParseSettings, ReadsNamesAndValues) {
  const auto settings = ParseSettings({"a=b=c", "d="}, {"e"});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->set,
            (std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}, {"d", ""}}));
  EXPECT_EQ(settings->unset, std::vector<std::string>{"e"});
  EXPECT_FALSE(ParseSettings({"a"}, {}).ok());
  EXPECT_FALSE(ParseSettings({"=a"}, {}).ok());
  EXPECT_FALSE(ParseSettings({}, {"a=b"}).ok());
}

TEST(IsSetOn, IsAboutThisKindOfResource) {
  using wire::ConfigResource;
  using wire::ConfigSource;
  EXPECT_TRUE(IsSetOn(ConfigResource::kTopic, ConfigSource::kTopic));
  EXPECT_FALSE(IsSetOn(ConfigResource::kTopic, ConfigSource::kStaticBroker));
  EXPECT_TRUE(IsSetOn(ConfigResource::kBroker, ConfigSource::kStaticBroker));
  EXPECT_FALSE(IsSetOn(ConfigResource::kBroker, ConfigSource::kDefault));
}

}  // namespace
}  // namespace varve::cli
