#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What of a machine matters to a broker, and what should be otherwise. No I/O.
namespace varve::cli {

struct DiskFacts {
  std::string path;
  std::string filesystem;  // "ext4"; a number if it has no name here
  uint64_t total_bytes = 0;
  uint64_t free_bytes = 0;
  bool writable = false;
};

// What is missing could not be found out.
struct MachineFacts {
  std::string kernel;      // "6.1.0-18-amd64"
  bool uring = false;      // io_uring works
  std::string uring_text;  // what of it is used, or why it does not work
  uint64_t open_files_soft = 0;
  uint64_t open_files_hard = 0;
  uint64_t memory_bytes = 0;  // of the machine, or of the cgroup
  std::optional<int64_t> swap_bytes;
  std::optional<int64_t> swappiness;
  std::optional<int64_t> dirty_ratio;             // 0: dirty_bytes counts
  std::optional<int64_t> dirty_background_ratio;  // 0: dirty_background_bytes counts
  std::string huge_pages;                         // "always", "madvise", "never", or ""
  std::optional<DiskFacts> disk;
};

enum class Verdict { kOk, kWarn, kFail };

struct Finding {
  std::string subject;
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::string advice;  // what to change; "" if nothing
};

std::vector<Finding> Examine(const MachineFacts& facts);

// "ok", "warn" or "fail".
std::string VerdictName(Verdict verdict);

}  // namespace varve::cli
