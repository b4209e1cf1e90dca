#include "engine/io/posix/path_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

absl::Status Outcome(int result, const char* call, const std::string& path) {
  if (result == 0) return absl::OkStatus();
  return DiskError(errno, fmt::format("{} {}", call, path));
}

int OpenRetried(const std::string& path, int flags, mode_t mode = 0) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

// Opens a path if all of it is in the kernel's caches; else -1 with some errno.
int OpenIfCached(const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_CACHED;
  return static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how)));
}

FileInfo InfoOf(const struct stat& info) {
  return FileInfo{
      .size = static_cast<uint64_t>(info.st_size),
      .modified_ms = int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000,
      .is_directory = S_ISDIR(info.st_mode)};
}

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kCreateOrReplace:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

class HeldLock final : public FileLock {
 public:
  explicit HeldLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;  // closing it drops the lock
};

}  // namespace

namespace {

absl::StatusOr<Fd> CheckRegular(Fd fd, const std::string& path) {
  struct stat info;
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return DiskError(errno, fmt::format("open {}", path));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(fmt::format("open {}: not a regular file", path));
  }
  return fd;
}

}  // namespace

absl::StatusOr<Fd> OpenNow(const std::string& path, OpenMode mode) {
  return CheckRegular(Fd(OpenRetried(path, FlagsOf(mode), 0644)), path);
}

std::optional<absl::StatusOr<Fd>> OpenCached(const std::string& path, OpenMode mode) {
  if (mode != OpenMode::kRead && mode != OpenMode::kReadWrite) return std::nullopt;
  Fd fd(OpenIfCached(path, FlagsOf(mode)));
  // Only these two are answers; anything else may be the call's own, or an old kernel's.
  if (!fd.valid() && errno != ENOENT) return std::nullopt;
  return CheckRegular(std::move(fd), path);
}

std::optional<absl::StatusOr<FileInfo>> StatCached(const std::string& path) {
  const Fd fd(OpenIfCached(path, O_PATH));
  if (!fd.valid() && errno != ENOENT) return std::nullopt;
  struct stat info;
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return DiskError(errno, fmt::format("stat {}", path));
  }
  return InfoOf(info);
}

absl::Status CreateDirectoryNow(const std::string& path) {
  return Outcome(::mkdir(path.c_str(), 0755), "mkdir", path);
}

absl::Status RemoveDirectoryNow(const std::string& path) {
  return Outcome(::rmdir(path.c_str()), "rmdir", path);
}

absl::Status RemoveNow(const std::string& path) {
  return Outcome(::unlink(path.c_str()), "unlink", path);
}

absl::Status RenameNow(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  // That a directory `to` is not empty is not what AlreadyExists means.
  const int error = errno == EEXIST ? ENOTEMPTY : errno;
  return DiskError(error, fmt::format("rename {} to {}", from, to));
}

absl::Status SyncDirectoryNow(const std::string& path) {
  const Fd fd(OpenRetried(path, O_RDONLY | O_DIRECTORY));
  if (!fd.valid()) return DiskError(errno, fmt::format("open directory {}", path));
  return Outcome(::fsync(fd.get()), "fsync directory", path);
}

absl::StatusOr<FileInfo> StatNow(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return DiskError(errno, fmt::format("stat {}", path));
  return InfoOf(info);
}

absl::StatusOr<DiskSpace> SpaceNow(const std::string& path) {
  struct statvfs info;
  if (::statvfs(path.c_str(), &info) != 0) {
    return DiskError(errno, fmt::format("statvfs {}", path));
  }
  return DiskSpace{.total_bytes = uint64_t{info.f_blocks} * info.f_frsize,
                   .free_bytes = uint64_t{info.f_bavail} * info.f_frsize};
}

// As Kafka's FileChannel.tryLock does, so that each refuses what the other holds.
absl::StatusOr<std::unique_ptr<FileLock>> LockNow(const std::string& path) {
  Fd fd(OpenRetried(path, O_RDWR | O_CREAT, 0644));
  if (!fd.valid()) return DiskError(errno, fmt::format("open {}", path));
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_SETLK, &whole) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return absl::UnavailableError(fmt::format("lock {}: held by another process", path));
    }
    return DiskError(errno, fmt::format("lock {}", path));
  }
  return std::make_unique<HeldLock>(std::move(fd));
}

absl::StatusOr<std::string> BootIdNow() {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  const Fd fd(OpenRetried(path, O_RDONLY));
  if (!fd.valid()) return DiskError(errno, fmt::format("open {}", path));
  std::array<char, 64> text;
  const ssize_t size = ::read(fd.get(), text.data(), text.size());
  if (size < 0) return DiskError(errno, fmt::format("read {}", path));
  std::string id(text.data(), static_cast<size_t>(size));
  id.erase(id.find_last_not_of("\n") + 1);
  if (id.empty()) return absl::DataLossError(fmt::format("{} is empty", path));
  return id;
}

}  // namespace varve::io
