#include "engine/io/disk.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"

namespace varve::io {

std::string ParentPath(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Task<absl::StatusOr<Buffer>> ReadFile(Disk& disk, std::string path, uint64_t bytes_max) {
  CO_ASSIGN_OR_RETURN(const FileRef file, co_await disk.Open(path, OpenMode::kRead));
  CO_ASSIGN_OR_RETURN(const uint64_t size, co_await file->Size());
  if (size > bytes_max) {
    co_return absl::ResourceExhaustedError(
        fmt::format("{} has {} bytes, more than the {} expected of it", path, size, bytes_max));
  }
  Buffer content(size);
  CO_ASSIGN_OR_RETURN(const size_t read, co_await file->Read(0, content));
  content.resize(read);
  co_return content;
}

Task<absl::Status> ReplaceFile(Disk& disk, std::string path, Bytes content) {
  const std::string temporary = path + ".tmp";
  {
    CO_ASSIGN_OR_RETURN(const FileRef file,
                        co_await disk.Open(temporary, OpenMode::kCreateOrReplace));
    const Bytes pieces[] = {content};
    CO_RETURN_IF_ERROR(co_await file->Append(0, pieces));
    CO_RETURN_IF_ERROR(co_await file->SyncData());
  }
  CO_RETURN_IF_ERROR(co_await disk.Rename(temporary, path));
  co_return co_await disk.SyncDirectory(ParentPath(path));
}

namespace {

// A link to a directory is no directory here: the link goes, what it points to stays.
Task<absl::Status> RemoveDirectoryTree(Disk& disk, std::string path) {
  CO_ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, co_await disk.List(path));
  for (const DirectoryEntry& entry : entries) {
    const std::string below = path + "/" + entry.name;
    if (entry.is_directory) {
      CO_RETURN_IF_ERROR(co_await RemoveDirectoryTree(disk, below));
    } else {
      CO_RETURN_IF_ERROR(co_await disk.Remove(below));
    }
  }
  co_return co_await disk.RemoveDirectory(path);
}

}  // namespace

Task<absl::Status> RemoveTree(Disk& disk, std::string path) {
  auto info = co_await disk.Stat(path);
  if (absl::IsNotFound(info.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(info.status());
  if (!info->is_directory) co_return co_await disk.Remove(path);
  co_return co_await RemoveDirectoryTree(disk, path);
}

}  // namespace varve::io
