#include "engine/io/sim/sim_disk_port.h"

#include <fmt/format.h>

#include "engine/base/status.h"
#include "engine/io/sim/sim_file.h"

namespace varve::io {
namespace {

class SimLock : public FileLock {
 public:
  SimLock(SimDisk& disk, uint64_t inode) : disk_(disk), inode_(inode), life_(disk.life()) {}
  ~SimLock() override {
    if (disk_.life() == life_) disk_.locks().erase(inode_);
  }

 private:
  SimDisk& disk_;
  uint64_t inode_;
  uint64_t life_;
};

}  // namespace

Task<absl::StatusOr<FileRef>> SimDiskPort::Open(std::string path, OpenMode mode) {
  const bool creates = mode == OpenMode::kCreate || mode == OpenMode::kCreateOrReplace;
  SimInodeRef inode;
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(inode, disk_.tree().OpenFile(path, mode));
    if (inode->size() == 0 && creates) inode->modified_ms = calls_->world().clock().WallMillis();
    return absl::OkStatus();
  };
  const SimCall call = creates ? SimCall::kCreate : SimCall::kOpen;
  CO_RETURN_IF_ERROR(co_await calls_->Change(call, path, apply));
  const bool writable = mode != OpenMode::kRead;
  co_return std::make_shared<SimFile>(calls_, std::move(inode), path, writable);
}

Task<absl::Status> SimDiskPort::CreateDirectory(std::string path) {
  const auto apply = [&] { return disk_.tree().CreateDirectory(path); };
  co_return co_await calls_->Change(SimCall::kCreateDirectory, path, apply);
}

Task<absl::Status> SimDiskPort::RemoveDirectory(std::string path) {
  const auto apply = [&] { return disk_.tree().RemoveDirectory(path); };
  co_return co_await calls_->Change(SimCall::kRemoveDirectory, path, apply);
}

Task<absl::Status> SimDiskPort::Remove(std::string path) {
  const auto apply = [&] { return disk_.tree().Remove(path); };
  co_return co_await calls_->Change(SimCall::kRemove, path, apply);
}

Task<absl::Status> SimDiskPort::Rename(std::string from, std::string to) {
  const auto apply = [&] { return disk_.tree().Rename(from, to, !disk_.lies(kLieRename)); };
  const std::string paths = fmt::format("{} to {}", from, to);
  co_return co_await calls_->Change(SimCall::kRename, paths, apply);
}

Task<absl::Status> SimDiskPort::SyncDirectory(std::string path) {
  const uint64_t up_to = disk_.tree().last_change();
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const SimInodeRef directory,
                     disk_.tree().FindDirectory("sync directory", path));
    if (!disk_.lies(kLieSyncDirectory)) disk_.tree().SyncDirectory(directory, up_to);
    return absl::OkStatus();
  };
  co_return co_await calls_->Change(SimCall::kSyncDirectory, path, apply);
}

Task<absl::StatusOr<std::vector<DirectoryEntry>>> SimDiskPort::List(std::string path) {
  std::vector<DirectoryEntry> entries;
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const SimInodeRef directory, disk_.tree().FindDirectory("list", path));
    for (const auto& [name, target] : directory->names) {
      entries.push_back({name, target->is_directory()});
      calls_->world().trace().Fold(name);
    }
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await calls_->Look(SimCall::kList, path, apply));
  co_return entries;
}

Task<absl::StatusOr<FileInfo>> SimDiskPort::Stat(std::string path) {
  FileInfo info;
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const SimInodeRef inode, disk_.tree().Find("stat", path));
    info.size = inode->size();
    info.modified_ms = inode->modified_ms;
    info.is_directory = inode->is_directory();
    calls_->world().trace().Fold(info.size);
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await calls_->Look(SimCall::kStat, path, apply));
  co_return info;
}

Task<absl::StatusOr<DiskSpace>> SimDiskPort::Space(std::string path) {
  DiskSpace space;
  const auto apply = [&]() -> absl::Status {
    RETURN_IF_ERROR(disk_.tree().Find("space of", path).status());
    space.total_bytes = disk_.total_bytes();
    space.free_bytes = disk_.FreeBytes();
    calls_->world().trace().Fold(space.free_bytes);
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await calls_->Look(SimCall::kSpace, path, apply));
  co_return space;
}

absl::StatusOr<SimInodeRef> SimDiskPort::LockNow(const std::string& path) {
  auto inode = disk_.tree().OpenFile(path, OpenMode::kReadWrite);
  if (absl::IsNotFound(inode.status())) inode = disk_.tree().OpenFile(path, OpenMode::kCreate);
  if (inode.ok() && disk_.locks().contains((*inode)->number())) {
    return absl::UnavailableError(fmt::format("lock {}: another process holds it", path));
  }
  return inode;
}

Task<absl::StatusOr<std::unique_ptr<FileLock>>> SimDiskPort::Lock(std::string path) {
  SimInodeRef inode;
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(inode, LockNow(path));
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await calls_->Change(SimCall::kLock, path, apply));
  disk_.locks().insert(inode->number());
  co_return std::make_unique<SimLock>(disk_, inode->number());
}

Task<absl::StatusOr<std::string>> SimDiskPort::BootId() {
  std::string id;
  const auto apply = [&] {
    id = disk_.boot_id();
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await calls_->Look(SimCall::kBootId, "", apply));
  co_return id;
}

}  // namespace varve::io
