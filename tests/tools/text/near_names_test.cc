#include "tools/text/near_names.h"

#include <gtest/gtest.h>

namespace varve::text {
namespace {

using Names = std::vector<std::string>;

TEST(NearNames, FindsWhatWasMistyped) {
  EXPECT_EQ(NearNames("numbres", {"letters", "numbers", "orders"}), Names{"numbers"});
  EXPECT_EQ(NearNames("raed", {"read", "write"}), Names{"read"});
  EXPECT_EQ(NearNames("Orders", {"orders", "borders"}), (Names{"orders", "borders"}));
  EXPECT_EQ(NearNames("orders", {"orders-eu", "letters"}), Names{"orders-eu"});
  EXPECT_EQ(NearNames("xyz", {"letters", "numbers"}), Names{});
}

TEST(NearNames, AreAtMostThree) {
  EXPECT_EQ(NearNames("aaa0", {"aaa4", "aaa3", "aaa2", "aaa1"}), (Names{"aaa1", "aaa2", "aaa3"}));
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  EXPECT_EQ(DidYouMean("abc", {"xxxxxx"}), "");
  EXPECT_EQ(DidYouMean("abc", {"abd"}), ", did you mean abd?");
  EXPECT_EQ(DidYouMean("abc", {"abd", "abe", "abf"}), ", did you mean abd, abe or abf?");
}

}  // namespace
}  // namespace varve::text
