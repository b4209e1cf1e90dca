#include "server/cluster/image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "engine/io/random.h"
#include "server/cluster/placement.h"

namespace varve::cluster {
namespace {

TopicRef MakeTopic(std::string name, Uuid id) {
  auto topic = std::make_shared<Topic>();
  topic->name = std::move(name);
  topic->id = id;
  return topic;
}

void ExpectSame(const TopicTable& table, const std::map<std::string, Uuid>& model) {
  ASSERT_EQ(table.size(), model.size());
  auto wanted = model.begin();
  for (const TopicRef& topic : table) {
    ASSERT_EQ(topic->name, wanted->first);
    ASSERT_EQ(topic->id, wanted->second);
    ASSERT_EQ(table.Find(wanted->second), topic);
    ASSERT_EQ(table.Find(std::string_view(wanted->first)), topic);
    ++wanted;
  }
  EXPECT_EQ(wanted, model.end());
}

TEST(TopicTable, IsEmptyAtFirst) {
  const TopicTable table;
  EXPECT_EQ(table.begin(), table.end());
  EXPECT_EQ(table.Find(std::string_view("a")), nullptr);
  EXPECT_EQ(table.Find(Uuid{1, 2}), nullptr);
}

TEST(TopicTable, DoesWhatAMapDoes) {
  io::Random random(17);
  TopicTable table;
  std::map<std::string, Uuid> model;
  for (int i = 0; i < 6000; ++i) {
    const std::string name = fmt::format("topic-{}", random.Below(1500));
    if (random.OneIn(3)) {
      table.Remove(name);
      model.erase(name);
    } else {
      const Uuid id = random.NewId();
      table.Put(MakeTopic(name, id));
      model[name] = id;
    }
    if (i % 500 == 0) ExpectSame(table, model);
  }
  ExpectSame(table, model);
  for (const auto& [name, id] : std::map(model)) table.Remove(name);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.begin(), table.end());
}

TEST(TopicTable, ForgetsTheIdOfATopicThatWasReplaced) {
  TopicTable table;
  table.Put(MakeTopic("a", {0, 5}));
  table.Put(MakeTopic("a", {0, 6}));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.Find(Uuid{0, 5}), nullptr);
  EXPECT_NE(table.Find(Uuid{0, 6}), nullptr);
}

TEST(TopicTable, LeavesCopiesAsTheyWere) {
  TopicTable table;
  for (uint64_t i = 0; i < 2000; ++i) table.Put(MakeTopic(fmt::format("{:05}", i), {1, i}));
  const TopicTable before = table;
  table.Remove("00700");
  table.Put(MakeTopic("01000", {2, 7}));
  EXPECT_EQ(before.size(), 2000u);
  EXPECT_EQ(before.Find(std::string_view("01000"))->id, (Uuid{1, 1000}));
  EXPECT_NE(before.Find(std::string_view("00700")), nullptr);
  EXPECT_EQ(table.Find(std::string_view("00700")), nullptr);
  EXPECT_EQ(table.Find(std::string_view("01500")), before.Find(std::string_view("01500")));
}

TEST(Spread, HandsOutTheEmptiestPlace) {
  Spread spread(3);
  EXPECT_EQ(spread.Take(), 0u);
  EXPECT_EQ(spread.Take(), 1u);
  EXPECT_EQ(spread.Take(), 2u);
  spread.Add(0);
  EXPECT_EQ(spread.Take(), 1u);
  spread.Give(2);
  EXPECT_EQ(spread.Take(), 2u);
}

TEST(Image, FindsNoPartitionThatIsNotThere) {
  auto topic = std::make_shared<Topic>();
  topic->name = "t";
  topic->partitions.resize(2);
  TopicTable topics;
  topics.Put(topic);
  const Image image({}, topics);
  EXPECT_EQ(image.FindPartition("t", 1), &topic->partitions[1]);
  EXPECT_EQ(image.FindPartition("t", 2), nullptr);
  EXPECT_EQ(image.FindPartition("t", -1), nullptr);
  EXPECT_EQ(image.FindPartition("u", 0), nullptr);
}

}  // namespace
}  // namespace varve::cluster
