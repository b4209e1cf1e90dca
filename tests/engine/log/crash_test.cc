#include <gtest/gtest.h>

#include "tests/engine/log/crash_run.h"
#include "tests/engine/log/environment.h"

namespace varve::log::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VARVE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VARVE_SANITIZED 1
#endif
#endif
#ifdef VARVE_SANITIZED
constexpr uint64_t kSeeds = 10;  // each takes ten times as long
#else
constexpr uint64_t kSeeds = 200;
#endif

TEST(Crash, WorkloadsAreLargeEnough) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const CrashResult result = CrashEverywhere(seed, {.every = 1'000'000});
    EXPECT_GE(result.operations, 200u) << "seed " << seed;
    EXPECT_GE(result.rolls, 3u) << "seed " << seed;
    EXPECT_GE(result.restarts, 2u) << "seed " << seed;
  }
}

// VARVE_SEED, VARVE_SEEDS: the first seed and how many. VARVE_EVERY: crash only at every n-th
// operation.
TEST(Crash, NothingPromisedIsLostAtAnyOperation) {
  const uint64_t first = FromEnvironment("VARVE_SEED", 1);
  const uint64_t seeds = FromEnvironment("VARVE_SEEDS", kSeeds);
  const uint64_t every = FromEnvironment("VARVE_EVERY", 1);
  uint64_t runs = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const CrashResult result = CrashEverywhere(seed, {.every = every});
    runs += result.runs;
    ASSERT_EQ(result.violation, "");
  }
  RecordProperty("runs", static_cast<int>(runs));
}

// Seeds that met what few others meet: a sector torn before a batch's checksum begins; a recovery
// that empties a log and is cut short; producers, and the begin of a transaction, of segments that
// retention took; a segment that comes back, and its indexes do not.
TEST(Crash, NothingIsLostWhereItOnceWas) {
  for (const uint64_t seed : {852, 7463, 7855, 8145, 8658, 8895}) {
    EXPECT_EQ(CrashEverywhere(seed).violation, "");
  }
}

// The suite must notice when the disk breaks its word.
std::string FirstViolation(unsigned lies) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const CrashResult result = CrashEverywhere(seed, {.lies = lies, .harsh = true});
    if (!result.violation.empty()) return result.violation;
  }
  return "";
}

TEST(Crash, ALyingSyncIsNoticed) { EXPECT_NE(FirstViolation(io::kLieSyncData), ""); }
TEST(Crash, ALyingDirectorySyncIsNoticed) { EXPECT_NE(FirstViolation(io::kLieSyncDirectory), ""); }
TEST(Crash, ALyingRenameIsNoticed) { EXPECT_NE(FirstViolation(io::kLieRename), ""); }

TEST(Crash, TheSameSeedLeavesTheSameTrace) {
  const CrashResult first = CrashEverywhere(7, {.every = 10});
  const CrashResult second = CrashEverywhere(7, {.every = 10});
  const CrashResult other = CrashEverywhere(8, {.every = 10});
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_NE(first.trace, other.trace);
}

}  // namespace
}  // namespace varve::log::test
