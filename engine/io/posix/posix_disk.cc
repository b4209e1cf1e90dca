#include "engine/io/posix/posix_disk.h"

#include <utility>

#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "engine/io/posix/path_calls.h"
#include "engine/io/posix/posix_file.h"

namespace varve::io {

Task<absl::StatusOr<FileRef>> PosixDisk::Open(std::string path, OpenMode mode) {
  auto opened = OpenCached(path, mode);
  if (!opened) {
    auto open = [&] { return OpenNow(path, mode); };
    opened = co_await Offload(loop_, open);
  }
  CO_ASSIGN_OR_RETURN(Fd fd, *std::move(opened));
  co_return std::make_shared<PosixFile>(loop_, std::move(fd), std::move(path), read_once_);
}

Task<absl::Status> PosixDisk::CreateDirectory(std::string path) {
  auto create = [&] { return CreateDirectoryNow(path); };
  co_return co_await Offload(loop_, create);
}

Task<absl::Status> PosixDisk::RemoveDirectory(std::string path) {
  auto remove = [&] { return RemoveDirectoryNow(path); };
  co_return co_await Offload(loop_, remove);
}

Task<absl::Status> PosixDisk::Remove(std::string path) {
  auto remove = [&] { return RemoveNow(path); };
  co_return co_await Offload(loop_, remove);
}

Task<absl::Status> PosixDisk::Rename(std::string from, std::string to) {
  auto rename = [&] { return RenameNow(from, to); };
  co_return co_await Offload(loop_, rename);
}

Task<absl::Status> PosixDisk::SyncDirectory(std::string path) {
  auto sync = [&] { return SyncDirectoryNow(path); };
  co_return co_await Offload(loop_, sync);
}

Task<absl::StatusOr<std::vector<DirectoryEntry>>> PosixDisk::List(std::string path) {
  auto list = [&] { return ListNow(path); };
  co_return co_await Offload(loop_, list);
}

Task<absl::StatusOr<FileInfo>> PosixDisk::Stat(std::string path) {
  auto known = StatCached(path);
  if (known) co_return *std::move(known);
  auto stat = [&] { return StatNow(path); };
  co_return co_await Offload(loop_, stat);
}

Task<absl::StatusOr<DiskSpace>> PosixDisk::Space(std::string path) {
  auto space = [&] { return SpaceNow(path); };
  co_return co_await Offload(loop_, space);
}

Task<absl::StatusOr<std::unique_ptr<FileLock>>> PosixDisk::Lock(std::string path) {
  auto lock = [&] { return LockNow(path); };
  co_return co_await Offload(loop_, lock);
}

Task<absl::StatusOr<std::string>> PosixDisk::BootId() {
  auto read = [] { return BootIdNow(); };
  co_return co_await Offload(loop_, read);
}

}  // namespace varve::io
