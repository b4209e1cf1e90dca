#include "tools/varve/doctor/machine.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/backend.h"
#include "engine/io/posix/memory_limit.h"

namespace varve::cli {
namespace {

std::optional<int64_t> ReadNumber(const char* path) {
  std::ifstream file(path);
  int64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

// The word in brackets of "always [madvise] never".
std::string ReadChoice(const char* path) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word.size() > 2 && word.front() == '[' && word.back() == ']') {
      return word.substr(1, word.size() - 2);
    }
  }
  return "";
}

void LookAtUring(MachineFacts& facts) {
  io::BackendOptions options;
  options.kind = io::BackendKind::kUring;
  options.pool_threads = 1;
  const auto backend = io::OpenBackend(options);
  facts.uring = backend.ok();
  facts.uring_text =
      backend.ok() ? (*backend)->Describe() : std::string(backend.status().message());
}

// By the magic numbers that statfs(2) tells of.
std::string FilesystemName(int64_t magic) {
  constexpr std::array<std::pair<int64_t, const char*>, 13> kNames{{{0xef53, "ext4"},
                                                                    {0x58465342, "xfs"},
                                                                    {0x9123683e, "btrfs"},
                                                                    {0x2fc12fc1, "zfs"},
                                                                    {0x01021994, "tmpfs"},
                                                                    {0x794c7630, "overlay"},
                                                                    {0xf2f52010, "f2fs"},
                                                                    {0x6969, "nfs"},
                                                                    {0xff534d42, "cifs"},
                                                                    {0xfe534d42, "smb2"},
                                                                    {0x65735546, "fuse"},
                                                                    {0x01021997, "9p"},
                                                                    {0x00c36400, "ceph"}}};
  for (const auto& [number, name] : kNames) {
    if (number == magic) return name;
  }
  return fmt::format("{:#x}", magic);
}

absl::StatusOr<DiskFacts> LookAtDisk(const std::string& directory) {
  struct statfs kind{};
  struct statvfs space{};
  if (statfs(directory.c_str(), &kind) != 0 || statvfs(directory.c_str(), &space) != 0) {
    return absl::NotFoundError(
        fmt::format("cannot look at {}: {}", directory, std::strerror(errno)));
  }
  DiskFacts disk;
  disk.path = directory;
  disk.filesystem = FilesystemName(static_cast<int64_t>(kind.f_type) & 0xffffffff);
  disk.total_bytes = uint64_t{space.f_blocks} * space.f_frsize;
  disk.free_bytes = uint64_t{space.f_bavail} * space.f_frsize;
  disk.writable = access(directory.c_str(), W_OK) == 0;
  return disk;
}

}  // namespace

absl::StatusOr<MachineFacts> LookAtMachine(const std::string& directory) {
  MachineFacts facts;
  utsname system{};
  if (uname(&system) == 0) facts.kernel = system.release;
  LookAtUring(facts);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    facts.open_files_soft = files.rlim_cur;
    facts.open_files_hard = files.rlim_max;
  }
  facts.memory_bytes = io::MemoryLimitBytes();
  struct sysinfo info{};
  if (sysinfo(&info) == 0) {
    facts.swap_bytes = static_cast<int64_t>(info.totalswap * uint64_t{info.mem_unit});
  }
  facts.swappiness = ReadNumber("/proc/sys/vm/swappiness");
  facts.dirty_ratio = ReadNumber("/proc/sys/vm/dirty_ratio");
  facts.dirty_background_ratio = ReadNumber("/proc/sys/vm/dirty_background_ratio");
  facts.huge_pages = ReadChoice("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!directory.empty()) {
    ASSIGN_OR_RETURN(facts.disk, LookAtDisk(directory));
  }
  return facts;
}

}  // namespace varve::cli
