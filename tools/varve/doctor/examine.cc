#include "tools/varve/doctor/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tools/text/amount.h"
#include "tools/text/number.h"

namespace varve::cli {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr std::pair<int, int> kAllFeatures{6, 1};  // the kernel that has all of io_uring we use
constexpr uint64_t kFilesLeast = 4096;
constexpr uint64_t kFilesGood = 100'000;
constexpr uint64_t kMemoryLeast = 128 * kMiB;
constexpr uint64_t kMemoryGood = 512 * kMiB;
constexpr int64_t kSwappinessGood = 10;
constexpr uint64_t kBackgroundBytesGood = 2 * kGiB;

std::string Size(uint64_t bytes) { return text::SizeText(static_cast<int64_t>(bytes)); }

// Major and minor version; zeros if the text does not begin with them.
std::pair<int, int> VersionOf(std::string_view release) {
  const size_t dot = release.find('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view rest = release.substr(dot + 1);
  const size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto first = text::ParseNumber<int>(release.substr(0, dot));
  const auto second = text::ParseNumber<int>(rest.substr(0, end));
  return first && second ? std::pair(*first, *second) : std::pair(0, 0);
}

Finding Kernel(const MachineFacts& facts) {
  const std::string found = "Linux " + facts.kernel;
  if (VersionOf(facts.kernel) >= kAllFeatures) return {"kernel", Verdict::kOk, found, ""};
  return {"kernel", Verdict::kWarn, found,
          fmt::format("{}.{} or newer has all of io_uring that varved uses", kAllFeatures.first,
                      kAllFeatures.second)};
}

Finding Uring(const MachineFacts& facts) {
  if (facts.uring) return {"io_uring", Verdict::kOk, facts.uring_text, ""};
  return {"io_uring", Verdict::kWarn, "not usable: " + facts.uring_text,
          "varved works with epoll, a little slower; allow io_uring in the container's seccomp "
          "profile, or set kernel.io_uring_disabled=0"};
}

Finding OpenFiles(const MachineFacts& facts) {
  const std::string found =
      fmt::format("{} open files, up to {}", facts.open_files_soft, facts.open_files_hard);
  // varved raises its own limit as far as it may.
  if (facts.open_files_hard >= kFilesGood) return {"open files", Verdict::kOk, found, ""};
  return {"open files", facts.open_files_hard < kFilesLeast ? Verdict::kFail : Verdict::kWarn,
          found,
          fmt::format("each segment and each connection takes one: LimitNOFILE={} in the systemd "
                      "unit, or \"* hard nofile {}\" in /etc/security/limits.conf",
                      kFilesGood, kFilesGood)};
}

Finding Memory(const MachineFacts& facts) {
  const std::string found = Size(facts.memory_bytes);
  if (facts.memory_bytes >= kMemoryGood) return {"memory", Verdict::kOk, found, ""};
  return {"memory", facts.memory_bytes < kMemoryLeast ? Verdict::kFail : Verdict::kWarn, found,
          fmt::format("records that were just written are read from the page cache: {} or more",
                      Size(kMemoryGood))};
}

Finding Swap(const MachineFacts& facts) {
  if (facts.swap_bytes == 0) return {"swap", Verdict::kOk, "none", ""};
  if (!facts.swappiness) return {"swap", Verdict::kWarn, "not known", "look at vm.swappiness"};
  const std::string found = fmt::format(
      "{}, vm.swappiness={}", text::SizeText(facts.swap_bytes.value_or(-1)), *facts.swappiness);
  if (*facts.swappiness <= kSwappinessGood) return {"swap", Verdict::kOk, found, ""};
  return {
      "swap", Verdict::kWarn, found,
      "sysctl vm.swappiness=1, so that the broker's memory does not give way to the page cache"};
}

// How many bytes a share of the memory is.
uint64_t Share(uint64_t memory, int64_t percent) {
  return memory / 100 * static_cast<uint64_t>(std::max<int64_t>(0, percent));
}

Finding Dirty(const MachineFacts& facts) {
  if (!facts.dirty_ratio || !facts.dirty_background_ratio) {
    return {"write-back", Verdict::kWarn, "not known", "look at vm.dirty_background_ratio"};
  }
  const std::string found = fmt::format("vm.dirty_background_ratio={}, vm.dirty_ratio={}",
                                        *facts.dirty_background_ratio, *facts.dirty_ratio);
  // varved begins write-back by itself; these limits are for what it does not get to in time.
  const bool room = *facts.dirty_ratio == 0 || *facts.dirty_ratio > *facts.dirty_background_ratio;
  const uint64_t background = Share(facts.memory_bytes, *facts.dirty_background_ratio);
  if (room && background <= kBackgroundBytesGood) return {"write-back", Verdict::kOk, found, ""};
  return {"write-back", Verdict::kWarn, found,
          fmt::format("a disk that begins late has much to do at once, and writers wait: sysctl "
                      "vm.dirty_background_bytes={} vm.dirty_ratio=60",
                      kGiB / 2)};
}

Finding HugePages(const MachineFacts& facts) {
  if (facts.huge_pages.empty()) return {"huge pages", Verdict::kOk, "not in the kernel", ""};
  const std::string found = "transparent: " + facts.huge_pages;
  if (facts.huge_pages != "always") return {"huge pages", Verdict::kOk, found, ""};
  return {"huge pages", Verdict::kWarn, found,
          "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: with always, an idle broker "
          "takes more memory than it needs"};
}

Finding Filesystem(const DiskFacts& disk) {
  constexpr std::array<std::string_view, 2> kGood{"xfs", "ext4"};
  constexpr std::array<std::string_view, 6> kRemote{"nfs", "cifs", "smb2", "fuse", "9p", "ceph"};
  const std::string found = fmt::format("{} at {}", disk.filesystem, disk.path);
  const auto is_one_of = [&](const auto& names) {
    return std::find(names.begin(), names.end(), disk.filesystem) != names.end();
  };
  if (!disk.writable) {
    return {"filesystem", Verdict::kFail, found + ", not writable",
            "give the directory to the user that varved runs as"};
  }
  if (is_one_of(kGood)) return {"filesystem", Verdict::kOk, found, ""};
  if (is_one_of(kRemote)) {
    return {
        "filesystem", Verdict::kFail, found,
        "a log needs a disk of this machine: what is acknowledged must survive, and locks hold"};
  }
  if (disk.filesystem == "tmpfs") {
    return {"filesystem", Verdict::kWarn, found, "everything is gone when the machine restarts"};
  }
  return {"filesystem", Verdict::kWarn, found, "xfs and ext4 are what varved is tested on"};
}

Finding Space(const DiskFacts& disk) {
  constexpr uint64_t kFullPercent = 5;
  constexpr uint64_t kNearlyFullPercent = 15;
  const uint64_t percent = disk.total_bytes == 0 ? 0 : disk.free_bytes * 100 / disk.total_bytes;
  const std::string found =
      fmt::format("{} free of {} ({}%)", Size(disk.free_bytes), Size(disk.total_bytes), percent);
  if (percent >= kNearlyFullPercent) return {"disk space", Verdict::kOk, found, ""};
  return {"disk space", percent < kFullPercent ? Verdict::kFail : Verdict::kWarn, found,
          "a full disk refuses appends: make room, or set log.retention.bytes"};
}

}  // namespace

std::vector<Finding> Examine(const MachineFacts& facts) {
  std::vector<Finding> findings{Kernel(facts), Uring(facts), OpenFiles(facts), Memory(facts),
                                Swap(facts),   Dirty(facts), HugePages(facts)};
  if (facts.disk) {
    findings.push_back(Filesystem(*facts.disk));
    findings.push_back(Space(*facts.disk));
  }
  return findings;
}

std::string VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    default:
      return "fail";
  }
}

}  // namespace varve::cli
