#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/log/counters.h"
#include "engine/log/unwritten.h"

namespace varve::log {

class FileCache;

// A file that is open when it is used and may be closed when it is not: the name stays, the
// descriptor comes and goes.
//
// Lifetime  The cache outlives it.
// Threads   One loop.
class CachedFile {
 public:
  CachedFile(FileCache& cache, std::string path);
  CachedFile(const CachedFile&) = delete;
  CachedFile& operator=(const CachedFile&) = delete;
  ~CachedFile() { Drop(); }

  const std::string& path() const { return path_; }
  io::Disk& disk() const;

  // The file if it is open, else null; then Open.
  io::FileRef IfOpen();
  // Opens an existing file for reading and writing.
  io::Task<absl::StatusOr<io::FileRef>> Open();
  // Makes the file, which must not exist.
  io::Task<absl::StatusOr<io::FileRef>> Create();
  // Makes the file or cuts it to nothing.
  io::Task<absl::StatusOr<io::FileRef>> Replace();
  // Renames the file, replacing what `to` names. Meanwhile it can be opened all the same. After an
  // error it has the one name or the other.
  io::Task<absl::Status> Move(std::string to);
  // Lets go of the descriptor; those who hold the file keep it.
  void Drop();
  // What the owner read last and may need again: goes with the descriptor, so that there is no more
  // of it than of those.
  Buffer& kept() { return kept_; }

 private:
  friend class FileCache;
  io::Task<absl::StatusOr<io::FileRef>> OpenAs(io::OpenMode mode);

  FileCache& cache_;
  std::string path_;
  std::string moving_to_;  // while Move is under way
  io::FileRef file_;
  Buffer kept_;
  CachedFile* newer_ = nullptr;
  CachedFile* older_ = nullptr;
};

// Bounds what the logs of one shard keep open, and what they leave unwritten: the file that was
// not used for longest is closed first. Files in use beyond the bound stay open until they are let
// go.
class FileCache {
 public:
  static constexpr uint64_t kUnwrittenBytesMax = uint64_t{64} << 20;

  // files_max >= 1: about how many descriptors stay open. unwritten_bytes_max: how much the page
  // cache may hold of what was appended before the device is told to write it.
  FileCache(io::Disk& disk, size_t files_max, uint64_t unwritten_bytes_max = kUnwrittenBytesMax)
      : disk_(disk), files_max_(files_max), unwritten_(unwritten_bytes_max) {}
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;
  ~FileCache();

  io::Disk& disk() { return disk_; }
  size_t open_files() const { return open_files_; }
  UnwrittenBytes& unwritten() { return unwritten_; }
  // What the logs that it serves have done.
  Counters& counters() { return counters_; }

 private:
  friend class CachedFile;
  void Use(CachedFile& file);    // newest again
  void Admit(CachedFile& file);  // was opened
  void Forget(CachedFile& file);
  void Link(CachedFile& file);
  void Unlink(CachedFile& file);

  io::Disk& disk_;
  size_t files_max_;
  UnwrittenBytes unwritten_;
  Counters counters_;
  size_t open_files_ = 0;
  CachedFile* newest_ = nullptr;
  CachedFile* oldest_ = nullptr;
};

}  // namespace varve::log
