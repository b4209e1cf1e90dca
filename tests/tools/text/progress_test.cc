#include "tools/text/progress.h"

#include <gtest/gtest.h>

namespace varve::text {
namespace {

constexpr uint64_t kMiB = 1 << 20;

TEST(ProgressLine, HasABarIfTheTotalIsKnown) {
  EXPECT_EQ(ProgressLine({.done_bytes = 5 * kMiB, .total_bytes = 10 * kMiB, .seconds = 2.5}),
            "[####################....................] 5 of 10 MiB, 2 MiB/s");
  EXPECT_EQ(ProgressLine({.done_bytes = 20 * kMiB, .total_bytes = 10 * kMiB, .seconds = 1}),
            "[########################################] 20 of 20 MiB, 20 MiB/s");
}

TEST(ProgressLine, CountsRecords) {
  EXPECT_EQ(ProgressLine({.done_bytes = 4 * kMiB, .records = 12'000, .seconds = 2}),
            "4 MiB, 2 MiB/s, 12,000 records, 6,000/s");
  EXPECT_EQ(ProgressLine({}), "0 MiB, 0 MiB/s");
}

}  // namespace
}  // namespace varve::text
