#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "engine/log/recovery_table.h"

namespace varve::log {
namespace {

// VARVE_ENGINE_README is its path.
TEST(EngineReadme, HasEveryRowOfTheRecoveryTable) {
  std::ifstream file(VARVE_ENGINE_README);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const RowText& row : RecoveryTable()) {
    const std::string line = fmt::format("| {} | {} | {} |", row.state, row.action, row.reason);
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace varve::log
