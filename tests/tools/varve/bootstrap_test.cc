#include "tools/varve/client/bootstrap.h"

#include <gtest/gtest.h>

#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

std::string Parsed(std::string_view text) {
  const auto endpoints = ParseBootstrap(text);
  if (!endpoints.ok()) return "";
  std::string all;
  for (const io::Endpoint& endpoint : *endpoints) all += endpoint.ToString() + ' ';
  return all;
}

TEST(ParseBootstrap, ReadsAddresses) {
  EXPECT_EQ(Parsed("localhost"), "localhost:9092 ");
  EXPECT_EQ(Parsed("a:1, b:2,,c"), "a:1 b:2 c:9092 ");
  EXPECT_EQ(Parsed("[::1]:9093,[::2]"), "[::1]:9093 [::2]:9092 ");
}

TEST(ParseBootstrap, RefusesTheRest) {
  for (const char* text : {"", ",", "a:", "a:0", "a:65536", "a:b", ":9092", "[::1", "[::1]9092"}) {
    EXPECT_EQ(Parsed(text), "") << text;
  }
}

TEST(ToStatus, HasTheBrokersWordsTheAdviceAndTheCode) {
  using wire::ErrorCode;
  EXPECT_TRUE(ToStatus(ErrorCode::kNone, "x", "y").ok());
  const auto text = [](ErrorCode code, const std::optional<std::string>& said) {
    return std::string(ToStatus(code, said, "group g").message());
  };
  EXPECT_EQ(text(ErrorCode::kCoordinatorLoadInProgress, std::nullopt),
            "group g: the coordinator is still reading its groups; try again in a moment "
            "[COORDINATOR_LOAD_IN_PROGRESS]");
  EXPECT_EQ(text(ErrorCode::kInvalidGroupId, "no good"), "group g: no good [INVALID_GROUP_ID]");
  EXPECT_EQ(text(ErrorCode::kNonEmptyGroup, "in use"),
            "group g: in use\n  the group has members; stop them first (varve group describe shows "
            "them) [NON_EMPTY_GROUP]");
}

}  // namespace
}  // namespace varve::cli
