#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/log/environment.h"
#include "tests/engine/log/model/run.h"

namespace varve::log::test {
namespace {

constexpr uint64_t kOperations = 1'000'000;
constexpr uint64_t kOperationsPerSeed = 2000;

void Print(const Tally& tally) {
  for (const OpText& text : kOps) {
    fmt::print("{:>10}  {}\n", tally.done[static_cast<size_t>(text.op)], text.name);
  }
  fmt::print("{:>10}  operations\n", tally.operations());
  const std::pair<uint64_t, const char*> changes[] = {
      {tally.truncated, "truncations that cut something"},
      {tally.cleaned, "compactions that took records"},
      {tally.deleted, "retentions that took segments"},
      {tally.tail_lost, "power losses that took a tail"},
      {tally.crashed_inside, "crashes in the middle of something"},
      {tally.failed, "directories that a device failed"},
      {tally.full, "directories that were full"},
      {tally.starts_failed, "starts that met a fault"},
      {tally.manifests, "logs taken over from a manifest"},
      {tally.refused, "batches that were refused or repeated"},
  };
  for (const auto& [count, what] : changes) {
    fmt::print("{:>10}  {}\n", count, what);
    EXPECT_GT(count, 0u) << what;
  }
}

// VARVE_SEED: the first seed. VARVE_OPERATIONS: how many in all; or VARVE_SEEDS, to repeat one.
TEST(LogModel, TheLogIsWhatTheModelAllows) {
  const uint64_t first = FromEnvironment("VARVE_SEED", 1);
  const uint64_t wanted = FromEnvironment("VARVE_OPERATIONS", kOperations);
  const uint64_t seeds = FromEnvironment("VARVE_SEEDS", wanted / kOperationsPerSeed);
  Tally tally;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const std::string violation = ModelRun(seed, {.operations = kOperationsPerSeed}, tally);
    ASSERT_TRUE(violation.empty()) << "seed " << seed << ": " << violation;
  }
  if (tally.operations() < kOperations) return;
  for (const OpText& text : kOps) {
    EXPECT_GT(tally.done[static_cast<size_t>(text.op)], 0u) << text.name;
  }
  Print(tally);
}

// The test must notice when the disk breaks its word.
std::string FirstViolation(unsigned lies, uint64_t seeds) {
  Tally tally;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    std::string violation =
        ModelRun(seed, {.operations = 2000, .lies = lies, .harsh = true}, tally);
    if (!violation.empty()) return violation;
  }
  return "";
}

TEST(LogModel, PowerMayGoAllTheTime) { EXPECT_EQ(FirstViolation(io::kNoLie, 8), ""); }
TEST(LogModel, ALyingSyncIsNoticed) { EXPECT_NE(FirstViolation(io::kLieSyncData, 50), ""); }
TEST(LogModel, ALyingDirectorySyncIsNoticed) {
  EXPECT_NE(FirstViolation(io::kLieSyncDirectory, 50), "");
}
TEST(LogModel, ALyingRenameIsNoticed) { EXPECT_NE(FirstViolation(io::kLieRename, 50), ""); }

}  // namespace
}  // namespace varve::log::test
