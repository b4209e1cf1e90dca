#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/varve/doctor/examine.h"

namespace varve::cli {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

MachineFacts Healthy() {
  MachineFacts facts;
  facts.kernel = "6.1.0-18-amd64";
  facts.uring = true;
  facts.uring_text = "io_uring";
  facts.open_files_soft = 1024;
  facts.open_files_hard = 1'048'576;
  facts.memory_bytes = 8 * kGiB;
  facts.swap_bytes = 0;
  facts.swappiness = 60;
  facts.dirty_ratio = 20;
  facts.dirty_background_ratio = 10;
  facts.huge_pages = "madvise";
  facts.disk = DiskFacts{"/var/lib/varve", "xfs", 100 * kGiB, 50 * kGiB, true};
  return facts;
}

// The verdicts that are not ok, as "subject: verdict".
std::vector<std::string> Troubles(const MachineFacts& facts) {
  std::vector<std::string> troubles;
  for (const Finding& finding : Examine(facts)) {
    EXPECT_EQ(finding.verdict == Verdict::kOk, finding.advice.empty()) << finding.subject;
    if (finding.verdict == Verdict::kOk) continue;
    troubles.push_back(finding.subject + ": " + VerdictName(finding.verdict));
  }
  return troubles;
}

std::vector<std::string> TroublesAfter(void (*change)(MachineFacts&)) {
  MachineFacts facts = Healthy();
  change(facts);
  return Troubles(facts);
}

using ::testing::ElementsAre;

TEST(Examine, FindsNothingOnAGoodMachine) {
  EXPECT_TRUE(Troubles(Healthy()).empty());
  EXPECT_EQ(Examine(Healthy()).size(), 9u);
  EXPECT_TRUE(TroublesAfter([](MachineFacts& facts) { facts.disk.reset(); }).empty());
}

TEST(Examine, LooksAtTheKernel) {
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.kernel = "5.10.0"; }),
              ElementsAre("kernel: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.kernel = "strange"; }),
              ElementsAre("kernel: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.kernel = "10.0"; }), ElementsAre());
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.uring = false; }),
              ElementsAre("io_uring: warn"));
}

TEST(Examine, LooksAtLimits) {
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.open_files_hard = 65'536; }),
              ElementsAre("open files: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.open_files_hard = 1024; }),
              ElementsAre("open files: fail"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.memory_bytes = kGiB / 4; }),
              ElementsAre("memory: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.memory_bytes = kGiB / 16; }),
              ElementsAre("memory: fail"));
}

TEST(Examine, LooksAtMemorySettings) {
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.swap_bytes = kGiB; }),
              ElementsAre("swap: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.memory_bytes = 256 * kGiB; }),
              ElementsAre("write-back: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.dirty_background_ratio.reset(); }),
              ElementsAre("write-back: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.huge_pages = "always"; }),
              ElementsAre("huge pages: warn"));
}

TEST(Examine, LooksAtTheDisk) {
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.disk->filesystem = "btrfs"; }),
              ElementsAre("filesystem: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.disk->filesystem = "nfs"; }),
              ElementsAre("filesystem: fail"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.disk->writable = false; }),
              ElementsAre("filesystem: fail"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.disk->free_bytes = 10 * kGiB; }),
              ElementsAre("disk space: warn"));
  EXPECT_THAT(TroublesAfter([](MachineFacts& facts) { facts.disk->free_bytes = 0; }),
              ElementsAre("disk space: fail"));
}

}  // namespace
}  // namespace varve::cli
