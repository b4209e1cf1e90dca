#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/posix/fd.h"

// What Disk promises, as plain blocking functions for the pool to run.

namespace varve::io {

absl::StatusOr<Fd> OpenNow(const std::string& path, OpenMode mode);
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
