#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/coordinator/protocol_choice.h"

namespace varve::coordinator {
namespace {

ProtocolList ListOf(const std::vector<std::string>& names) {
  std::vector<Protocol> protocols;
  for (const std::string& name : names) protocols.push_back({name, {}});
  return ProtocolList(protocols);
}

TEST(ProtocolList, KeepsOrderAndBytes) {
  const Protocol given[] = {{"b", AsBytes("B!")}, {"a", {}}, {"b", AsBytes("again")}};
  const ProtocolList list(given);
  size_t position = 0;
  EXPECT_EQ(list.Next(position)->name, "b");
  EXPECT_EQ(list.Next(position)->name, "a");
  EXPECT_FALSE(list.Next(position));
  EXPECT_EQ(AsText(*list.Find("b")), "B!");
  EXPECT_TRUE(list.Find("a")->empty());
  EXPECT_FALSE(list.Find("c"));
  EXPECT_TRUE(ProtocolList().empty());
}

TEST(ProtocolList, ComparesNamesMetadataAndOrder) {
  const Protocol ab[] = {{"a", AsBytes("1")}, {"b", AsBytes("2")}};
  const Protocol ba[] = {{"b", AsBytes("2")}, {"a", AsBytes("1")}};
  const Protocol other[] = {{"a", AsBytes("1")}, {"b", AsBytes("3")}};
  const Protocol shifted[] = {{"a1", AsBytes("")}, {"b", AsBytes("2")}};
  EXPECT_TRUE(ProtocolList(ab) == ProtocolList(ab));
  EXPECT_FALSE(ProtocolList(ab) == ProtocolList(ba));
  EXPECT_FALSE(ProtocolList(ab) == ProtocolList(other));
  EXPECT_FALSE(ProtocolList(ab) == ProtocolList(shifted));
}

std::string Choose(const std::vector<std::vector<std::string>>& members) {
  std::vector<ProtocolList> lists;
  for (const auto& names : members) lists.push_back(ListOf(names));
  ProtocolSupport support;
  std::vector<const ProtocolList*> pointers;
  for (const ProtocolList& list : lists) {
    support.Add(list);
    pointers.push_back(&list);
  }
  return ChooseProtocol(pointers, support);
}

TEST(ProtocolChoice, IsAVote) {
  EXPECT_EQ(Choose({{"a"}}), "a");
  EXPECT_EQ(Choose({{"a", "b"}, {"b", "a"}, {"b", "a"}}), "b");
  EXPECT_EQ(Choose({{"a", "b"}, {"b", "a"}}), "a");  // the older member's
  // Not all know the first choice of most.
  EXPECT_EQ(Choose({{"c", "a"}, {"c", "a"}, {"a"}}), "a");
  EXPECT_EQ(Choose({{"c", "b", "a"}, {"a", "b"}, {"b", "a"}}), "b");
  EXPECT_EQ(Choose({{"a"}, {"b"}}), "");
}

TEST(ProtocolSupport, CountsWhoKnowsWhat) {
  ProtocolSupport support;
  support.Add(ListOf({"a", "b"}));
  support.Add(ListOf({"b", "c"}));
  EXPECT_TRUE(support.ByAll("b", 2));
  EXPECT_FALSE(support.ByAll("a", 2));
  EXPECT_TRUE(support.Meets(ListOf({"x", "b"}), 2));
  EXPECT_FALSE(support.Meets(ListOf({"a", "c"}), 2));
  support.Remove(ListOf({"b", "c"}));
  EXPECT_TRUE(support.Meets(ListOf({"a"}), 1));
  EXPECT_FALSE(support.ByAll("c", 1));
}

}  // namespace
}  // namespace varve::coordinator
