#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/posix/fd.h"

// What Disk promises, as plain blocking functions for the pool to run.

namespace varve::io {

absl::StatusOr<Fd> OpenNow(const std::string& path, OpenMode mode);
// These two never wait: they answer if the kernel has what it takes in its caches, and say nothing
// otherwise (RESOLVE_CACHED, kernel 5.12; then the call of the same name does it). On the loop they
// cost a microsecond or two, a round trip through the pool costs twenty and more.
std::optional<absl::StatusOr<Fd>> OpenCached(const std::string& path, OpenMode mode);
std::optional<absl::StatusOr<FileInfo>> StatCached(const std::string& path);
absl::Status CreateDirectoryNow(const std::string& path);
absl::Status RemoveDirectoryNow(const std::string& path);
absl::Status RemoveNow(const std::string& path);
absl::Status RenameNow(const std::string& from, const std::string& to);
absl::Status SyncDirectoryNow(const std::string& path);
absl::StatusOr<std::vector<DirectoryEntry>> ListNow(const std::string& path);
absl::StatusOr<FileInfo> StatNow(const std::string& path);
absl::StatusOr<DiskSpace> SpaceNow(const std::string& path);
absl::StatusOr<std::unique_ptr<FileLock>> LockNow(const std::string& path);
absl::StatusOr<std::string> BootIdNow();

}  // namespace varve::io
