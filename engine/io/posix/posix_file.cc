#include "engine/io/posix/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/io/pool.h"
#include "engine/io/posix/errors.h"
#include "engine/io/posix/file_calls.h"
#include "engine/io/posix/piece_cursor.h"

namespace varve::io {
namespace {

// Copying more than this takes the loop too long, even from and to the page cache.
constexpr size_t kInlineBytesMax = size_t{1} << 20;

// Freeing less than this, in units of 512 bytes, is done on the spot.
constexpr blkcnt_t kSlowBlocks = 2048;

// Closes a file on the pool: the last reference to a removed file frees its blocks, which takes
// milliseconds when it is large.
struct CloseJob : Work {
  explicit CloseJob(Fd closed) : Work(&Run), fd(std::move(closed)) {}
  static void Run(Work& work) { delete static_cast<CloseJob*>(&work); }
  Fd fd;
};

template <typename Call>
int Retried(Call call) {
  for (;;) {
    if (call() == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

absl::Status ToStatus(int error, std::string_view what) {
  return error == 0 ? absl::OkStatus() : DiskError(error, what);
}

}  // namespace

PosixFile::~PosixFile() {
  struct stat info;
  if (::fstat(fd_.get(), &info) != 0 || info.st_nlink > 0 || info.st_blocks < kSlowBlocks) return;
  pool_.Submit(*new CloseJob(std::move(fd_)));
}

Task<absl::StatusOr<size_t>> PosixFile::Read(uint64_t position, MutableBytes into) {
  co_return co_await ReadAs(position, into, Behind::kKeep);
}

Task<absl::StatusOr<size_t>> PosixFile::ReadOnce(uint64_t position, MutableBytes into) {
  co_return co_await ReadAs(position, into, read_once_);
}

Task<absl::StatusOr<size_t>> PosixFile::ReadAs(uint64_t position, MutableBytes into,
                                               Behind behind) {
  ResidentRead resident;
  if (into.size() <= kInlineBytesMax) resident = ReadResident(fd_.get(), position, into);
  if (resident.complete) co_return resident.size;
  const uint64_t from = position + resident.size;
  auto read = [&] { return ReadBlocking(fd_.get(), from, into.subspan(resident.size), behind); };
  const ssize_t more = co_await Offload(loop_, read);
  if (more >= 0) co_return resident.size + static_cast<size_t>(more);
  co_return DiskError(static_cast<int>(-more),
                      fmt::format("read of {} bytes at {} of {}", into.size(), position, path_));
}

Task<absl::Status> PosixFile::Append(uint64_t position, std::span<const Bytes> pieces) {
  const size_t size = TotalSize(pieces);
  int error = 0;
  if (size <= kInlineBytesMax) {
    error = WriteBlocking(fd_.get(), position, pieces);
  } else {
    auto write = [&] { return WriteBlocking(fd_.get(), position, pieces); };
    error = co_await Offload(loop_, write);
  }
  if (error == 0) co_return absl::OkStatus();
  const std::string what = fmt::format("append of {} bytes at {} to {}", size, position, path_);
  const absl::Status status = DiskError(error, what);
  if (::ftruncate(fd_.get(), static_cast<off_t>(position)) == 0) co_return status;
  co_return absl::DataLossError(
      fmt::format("{}, and cutting it back: {}", std::string(status.message()), ErrorText(errno)));
}

Task<absl::Status> PosixFile::StartWriteback(uint64_t position, uint64_t length) {
  // Waits when the device's queue is full.
  auto start = [&] {
    return Retried([&] {
      return ::sync_file_range(fd_.get(), static_cast<off_t>(position), static_cast<off_t>(length),
                               SYNC_FILE_RANGE_WRITE);
    });
  };
  const int error = co_await Offload(loop_, start);
  // A file system that does not know it writes when it likes.
  if (error == EOPNOTSUPP || error == ENOSYS || error == ESPIPE) co_return absl::OkStatus();
  co_return ToStatus(error, error == 0 ? "" : fmt::format("sync_file_range of {}", path_));
}

Task<absl::Status> PosixFile::SyncData() {
  auto sync = [&] { return Retried([&] { return ::fdatasync(fd_.get()); }); };
  const int error = co_await Offload(loop_, sync);
  co_return ToStatus(error, error == 0 ? "" : fmt::format("fdatasync of {}", path_));
}

Task<absl::Status> PosixFile::Allocate(uint64_t position, uint64_t length) {
  auto allocate = [&] {
    return Retried([&] {
      return ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(position),
                         static_cast<off_t>(length));
    });
  };
  if (length == 0) co_return absl::OkStatus();
  const int error = co_await Offload(loop_, allocate);
  // A file system that cannot set blocks aside takes them when they are written.
  if (error == 0 || error == EOPNOTSUPP || error == ENOSYS) co_return absl::OkStatus();
  co_return DiskError(error,
                      fmt::format("fallocate of {} bytes at {} of {}", length, position, path_));
}

// ext4 and xfs give back what lies beyond the end also when the size stays the same.
Task<absl::Status> PosixFile::Truncate(uint64_t size) {
  auto truncate = [&] {
    return Retried([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); });
  };
  const int error = co_await Offload(loop_, truncate);
  co_return ToStatus(error, error == 0 ? "" : fmt::format("truncate to {} of {}", size, path_));
}

Task<absl::StatusOr<uint64_t>> PosixFile::Size() {
  struct stat info;
  if (::fstat(fd_.get(), &info) != 0) co_return DiskError(errno, fmt::format("stat of {}", path_));
  co_return static_cast<uint64_t>(info.st_size);
}

Task<absl::Status> PosixFile::SetModified(int64_t modified_ms) {
  const timespec time{.tv_sec = modified_ms / 1000, .tv_nsec = modified_ms % 1000 * 1'000'000};
  const timespec times[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, time};
  auto set = [&] { return Retried([&] { return ::futimens(fd_.get(), times); }); };
  const int error = co_await Offload(loop_, set);
  co_return ToStatus(error, error == 0 ? "" : fmt::format("futimens of {}", path_));
}

Task<void> PosixFile::DropCached() {
  auto drop = [&] { return ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED); };
  static_cast<void>(co_await Offload(loop_, drop));  // advice
}

}  // namespace varve::io
