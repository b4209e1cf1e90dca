#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/io/backend.h"
#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/posix/file_calls.h"

namespace varve::io {

// The machine's file systems: what may wait does so on the pool, never on the loop.
class PosixDisk final : public Disk {
 public:
  PosixDisk(Loop& loop, const Features& features)
      : loop_(loop), read_once_(features.dont_cache ? Behind::kDrop : Behind::kForget) {}

  Task<absl::StatusOr<FileRef>> Open(std::string path, OpenMode mode) override;
  Task<absl::Status> CreateDirectory(std::string path) override;
  Task<absl::Status> RemoveDirectory(std::string path) override;
  Task<absl::Status> Remove(std::string path) override;
  Task<absl::Status> Rename(std::string from, std::string to) override;
  Task<absl::Status> SyncDirectory(std::string path) override;
  Task<absl::StatusOr<std::vector<DirectoryEntry>>> List(std::string path) override;
  Task<absl::StatusOr<FileInfo>> Stat(std::string path) override;
  Task<absl::StatusOr<DiskSpace>> Space(std::string path) override;
  Task<absl::StatusOr<std::unique_ptr<FileLock>>> Lock(std::string path) override;
  Task<absl::StatusOr<std::string>> BootId() override;

 private:
  Loop& loop_;
  const Behind read_once_;
};

}  // namespace varve::io
