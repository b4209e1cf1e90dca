#include <gtest/gtest.h>

#include <limits>

#include "server/coordinator/group_state.h"
#include "server/coordinator/member_rules.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

TEST(MemberRules, GroupsHaveNames) {
  EXPECT_EQ(CheckGroupId(""), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(CheckGroupId("g"), ErrorCode::kNone);
}

TEST(MemberRules, SessionsHaveLimits) {
  const GroupConfig config{.session_timeout_min_ms = 10, .session_timeout_max_ms = 20};
  for (const int64_t allowed : {10, 15, 20}) {
    EXPECT_EQ(CheckSessionTimeout(allowed, config), ErrorCode::kNone) << allowed;
  }
  for (const int64_t refused : {-1, 0, 9, 21}) {
    EXPECT_EQ(CheckSessionTimeout(refused, config), ErrorCode::kInvalidSessionTimeout) << refused;
  }
}

TEST(MemberRules, WritesIdsAsKafka) {
  EXPECT_EQ(NewMemberId("app", {0x0011223344556677, 0x8899aabbccddeeff}),
            "app-00112233-4455-6677-8899-aabbccddeeff");
}

TEST(MemberRules, ComparesOnlyWhatIsNamed) {
  EXPECT_FALSE(Contradicts(std::nullopt, "a"));
  EXPECT_FALSE(Contradicts("a", std::nullopt));
  EXPECT_FALSE(Contradicts("a", "a"));
  EXPECT_TRUE(Contradicts("b", "a"));
}

TEST(MemberRules, GenerationsDoNotOverflow) {
  EXPECT_EQ(NextGeneration(0), 1);
  EXPECT_EQ(NextGeneration(std::numeric_limits<int32_t>::max()), 1);
}

TEST(GroupState, IsListedByStateAndType) {
  using Names = std::vector<std::string_view>;
  const auto wanted = [](const Names& states, const Names& types) {
    return Wanted(Name(GroupState::kPreparingRebalance), kGroupType, states, types);
  };
  EXPECT_TRUE(wanted({}, {}));
  EXPECT_TRUE(wanted({"Stable", "preparingREBALANCE"}, {}));
  EXPECT_TRUE(wanted({}, {"consumer", "Classic"}));
  EXPECT_FALSE(wanted({"Stable"}, {}));
  EXPECT_FALSE(wanted({"PreparingRebalance"}, {"consumer"}));
  EXPECT_FALSE(wanted({"preparing"}, {}));
}

}  // namespace
}  // namespace varve::coordinator
