#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/task.h"

namespace varve::io {

// One open file.
//
// Lifetime  Closed when the last reference goes; by then nothing is in flight on it.
// Threads   Its tasks run on the loop whose Disk opened it. References may be held, passed on and
//           dropped on any thread, and FileRanges of it sent by any loop's streams.
// Errors    ResourceExhausted  no space or quota: nothing was added, may be tried again later.
//           DataLoss           the device failed (EIO). After a failed write or sync, later
//                              successes say nothing about earlier bytes: give the file up.
//           Others             as Disk.
class File {
 public:
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Fills `into` from `position` on; returns how much there was: less only at the end of the file.
  virtual Task<absl::StatusOr<size_t>> Read(uint64_t position, MutableBytes into) = 0;

  // Likewise, for somebody who passes through once: what was not in the page cache before is not
  // left there, as far as the system allows.
  virtual Task<absl::StatusOr<size_t>> ReadOnce(uint64_t position, MutableBytes into) = 0;

  // Writes `pieces` back to back from `position`, the present end of the data, in one go. In the
  // page cache when done, durable only after a sync. If it fails, the file is cut back to
  // `position` before the error is returned; if even that fails, the error is DataLoss.
  // One call at a time; the pieces stay the caller's and unchanged until it is done.
  virtual Task<absl::Status> Append(uint64_t position, std::span<const Bytes> pieces) = 0;

  // Has the device begin to write [position, position + length), without waiting for it: writers
  // that are far ahead of the device are made to wait. Says nothing about durability.
  virtual Task<absl::Status> StartWriteback(uint64_t position, uint64_t length) = 0;

  // Makes what was appended before this call durable, with the size that is needed to find it.
  virtual Task<absl::Status> SyncData() = 0;

  // Sets blocks aside for [position, position + length) without changing the size.
  virtual Task<absl::Status> Allocate(uint64_t position, uint64_t length) = 0;

  // Sets the size, and gives back blocks that were set aside beyond it.
  virtual Task<absl::Status> Truncate(uint64_t size) = 0;

  virtual Task<absl::StatusOr<uint64_t>> Size() = 0;

  // Sets the time of its last change, as FileInfo::modified_ms has it.
  virtual Task<absl::Status> SetModified(int64_t modified_ms) = 0;

  // Lets go of the page cache that holds what is durable of it: nobody will read it soon.
  virtual Task<void> DropCached() = 0;

 protected:
  File() = default;
};

using FileRef = std::shared_ptr<File>;

// Bytes of a file that somebody is going to send or read. Keeps the file open, so it outlives
// the file's name.
struct FileRange {
  FileRef file;
  uint64_t position = 0;
  uint64_t size = 0;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

struct FileInfo {
  uint64_t size = 0;
  int64_t modified_ms = 0;  // wall clock
  bool is_directory = false;
};

struct DiskSpace {
  uint64_t total_bytes = 0;
  uint64_t free_bytes = 0;  // for us, not for root
};

// A lock on a file that keeps other processes out; released when dropped.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode {
  kRead,             // must exist
  kReadWrite,        // must exist
  kCreate,           // read and write; must not exist
  kCreateOrReplace,  // read and write; made, or cut to nothing
};

// The file systems of the machine, or of the simulation. Paths are plain; '/' separates.
//
// Threads   Its tasks run on the loop that it belongs to.
// Errors    NotFound           no such file or directory. Unreadable is never reported as absent.
//           AlreadyExists      by OpenMode::kCreate and CreateDirectory.
//           PermissionDenied   refused by the file system, or read-only.
//           ResourceExhausted  no space, quota, inodes or descriptors.
//           DataLoss           the device failed (EIO).
//           FailedPrecondition anything that the state of the tree forbids (not empty, ...).
//           Messages name the call, the path and the system's reason.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual Task<absl::StatusOr<FileRef>> Open(std::string path, OpenMode mode) = 0;
  virtual Task<absl::Status> CreateDirectory(std::string path) = 0;         // its parent exists
  virtual Task<absl::Status> RemoveDirectory(std::string path) = 0;         // empty
  virtual Task<absl::Status> Remove(std::string path) = 0;                  // a file
  virtual Task<absl::Status> Rename(std::string from, std::string to) = 0;  // replaces a file `to`
  // Makes creations, renames and removals in this directory durable.
  virtual Task<absl::Status> SyncDirectory(std::string path) = 0;
  // Sorted by name, without "." and "..".
  virtual Task<absl::StatusOr<std::vector<DirectoryEntry>>> List(std::string path) = 0;
  virtual Task<absl::StatusOr<FileInfo>> Stat(std::string path) = 0;
  virtual Task<absl::StatusOr<DiskSpace>> Space(std::string path) = 0;

  // Takes Kafka's kind of lock (fcntl, whole file, exclusive), making the file if needed.
  // Unavailable: another process holds it. Lock a file once in a process, and open it no other
  // way: closing any descriptor of it would drop the lock.
  virtual Task<absl::StatusOr<std::unique_ptr<FileLock>>> Lock(std::string path) = 0;

  // Changes with every start of the machine, and with nothing else: what was written to the page
  // cache under another boot id may be gone.
  virtual Task<absl::StatusOr<std::string>> BootId() = 0;
};

// Helpers over the above.

// The whole of a small file. ResourceExhausted if it is larger than `bytes_max`.
Task<absl::StatusOr<Buffer>> ReadFile(Disk& disk, std::string path, uint64_t bytes_max);

// Puts `content` in the place of `path`, durably and at once: <path>.tmp, sync, rename, sync of
// the directory. After a crash there is the old content or the new.
Task<absl::Status> ReplaceFile(Disk& disk, std::string path, Bytes content);

// Everything below and including `path`, which may be a file. Fine if absent.
Task<absl::Status> RemoveTree(Disk& disk, std::string path);

// The part of a path before its last '/'; "." without one, "/" for the root's entries.
std::string ParentPath(const std::string& path);

}  // namespace varve::io
