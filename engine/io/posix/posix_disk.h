#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/loop.h"

namespace varve::io {

// The machine's file systems: what may wait does so on the pool, never on the loop.
class PosixDisk final : public Disk {
 public:
  explicit PosixDisk(Loop& loop) : loop_(loop) {}

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
};

}  // namespace varve::io
