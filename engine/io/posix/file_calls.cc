#include "engine/io/posix/file_calls.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "engine/io/posix/piece_cursor.h"

namespace varve::io {
namespace {

// Newer than the headers that we build with.
constexpr int kReadDontCache = 0x80;  // RWF_DONTCACHE, 6.14
constexpr long kSysCachestat = 451;   // 6.5
constexpr uint64_t kPageBytes = 4096;

struct CachestatRange {
  uint64_t offset;
  uint64_t length;
};
struct Cachestat {
  uint64_t cached;
  uint64_t dirty;
  uint64_t writeback;
  uint64_t evicted;
  uint64_t recently_evicted;
};

ssize_t ReadAt(int fd, uint64_t position, MutableBytes into, int flags) {
  const iovec vector{into.data(), into.size()};
  for (;;) {
    const ssize_t read = ::preadv2(fd, &vector, 1, static_cast<off_t>(position), flags);
    if (read >= 0) return read;
    if (errno != EINTR) return -errno;
  }
}

// tmpfs has no reads that do not wait. There is nothing to wait for, unless it was swapped out.
bool IsInMemory(int fd) {
  struct statfs system;
  return ::fstatfs(fd, &system) == 0 &&
         (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

// Reads what can be read without waiting.
ssize_t ReadAtOnce(int fd, uint64_t position, MutableBytes into) {
  const ssize_t read = ReadAt(fd, position, into, RWF_NOWAIT);
  return read == -EOPNOTSUPP && IsInMemory(fd) ? ReadAt(fd, position, into, 0) : read;
}

bool ByteIsResident(int fd, uint64_t position) {
  std::byte byte;
  return ReadAtOnce(fd, position, {&byte, 1}) == 1;
}

// False where the call is refused; `all` is then left alone.
bool AllPagesCached(int fd, uint64_t position, uint64_t size, bool& all) {
  CachestatRange range{position, size};
  Cachestat counts;
  if (::syscall(kSysCachestat, fd, &range, &counts, 0) != 0) return false;
  const uint64_t pages = (position + size - 1) / kPageBytes - position / kPageBytes + 1;
  all = counts.cached >= pages;
  return true;
}

}  // namespace

ResidentRead ReadResident(int fd, uint64_t position, MutableBytes into) {
  size_t size = 0;
  while (size < into.size()) {
    const ssize_t read = ReadAtOnce(fd, position + size, into.subspan(size));
    if (read == 0) return {size, true};  // the end of the file
    if (read < 0) return {size, false};  // a page is missing, or the file system cannot tell
    size += static_cast<size_t>(read);
  }
  return {size, true};
}

namespace {

// Whole pages of the range; those at its ends may be somebody else's.
void ForgetPages(int fd, uint64_t position, uint64_t size) {
  const uint64_t from = (position + kPageBytes - 1) / kPageBytes * kPageBytes;
  const uint64_t to = (position + size) / kPageBytes * kPageBytes;
  if (from >= to) return;
  static_cast<void>(::posix_fadvise(fd, static_cast<off_t>(from), static_cast<off_t>(to - from),
                                    POSIX_FADV_DONTNEED));  // advice
}

}  // namespace

ssize_t ReadBlocking(int fd, uint64_t position, MutableBytes into, Behind behind) {
  static std::atomic<bool> cannot_drop{false};
  size_t size = 0;
  while (size < into.size()) {
    const bool drop = behind == Behind::kDrop && !cannot_drop.load(std::memory_order_relaxed);
    const ssize_t read = ReadAt(fd, position + size, into.subspan(size), drop ? kReadDontCache : 0);
    if (read == -EOPNOTSUPP && drop) {
      cannot_drop.store(true, std::memory_order_relaxed);
      continue;
    }
    if (read < 0) return read;
    if (read == 0) break;
    size += static_cast<size_t>(read);
  }
  const bool forget = behind == Behind::kForget ||
                      (behind == Behind::kDrop && cannot_drop.load(std::memory_order_relaxed));
  if (forget) ForgetPages(fd, position, size);
  return static_cast<ssize_t>(size);
}

int WriteBlocking(int fd, uint64_t position, std::span<const Bytes> pieces) {
  std::array<iovec, PieceCursor::kVectorsMax> vectors;
  PieceCursor cursor(pieces);
  while (!cursor.done()) {
    const auto count = static_cast<int>(cursor.Fill(vectors));
    const ssize_t written = ::pwritev(fd, vectors.data(), count, static_cast<off_t>(position));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return ENOSPC;  // no progress and no reason: never loop on it
    cursor.Advance(static_cast<size_t>(written));
    position += static_cast<size_t>(written);
  }
  return 0;
}

bool HasCachestat() {
  CachestatRange range{0, 0};
  Cachestat counts;
  return ::syscall(kSysCachestat, -1, &range, &counts, 0) != 0 && errno == EBADF;
}

bool IsResident(int fd, uint64_t position, uint64_t size, bool use_cachestat) {
  if (size == 0) return true;
  bool all = true;
  const bool counted = use_cachestat && AllPagesCached(fd, position, size, all);
  if (!all) return false;
  // Pages that are still being read count as cached, but cannot be read from.
  if (!counted && !ByteIsResident(fd, position + size / 2)) return false;
  return ByteIsResident(fd, position) && ByteIsResident(fd, position + size - 1);
}

}  // namespace varve::io
