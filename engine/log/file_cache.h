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

class CachedFile;
class FileCache;

// Open files, by when they were used last; when there are more than `size_max`, the oldest is
// closed.
class FileChain {
 public:
  explicit FileChain(size_t size_max) : size_max_(size_max) {}

  size_t size() const { return size_; }
  bool is_full() const { return size_ >= size_max_; }
  // Requires: `file` is in no chain.
  void Add(CachedFile& file);
  void Remove(CachedFile& file);
  void Use(CachedFile& file);  // newest again

 private:
  void Link(CachedFile& file);
  void Unlink(CachedFile& file);

  const size_t size_max_;
  size_t size_ = 0;
  CachedFile* newest_ = nullptr;
  CachedFile* oldest_ = nullptr;
};

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
  // Whether something was appended that no sync has covered: such a file will be needed again soon.
  void set_unsynced(bool unsynced);
  // What the owner read last and may need again: goes with the descriptor, so that there is no more
  // of it than of those.
  Buffer& kept() { return kept_; }

 private:
  friend class FileChain;
  io::Task<absl::StatusOr<io::FileRef>> OpenAs(io::OpenMode mode);

  FileCache& cache_;
  std::string path_;
  std::string moving_to_;  // while Move is under way
  io::FileRef file_;
  Buffer kept_;
  FileChain* chain_ = nullptr;  // while it is open
  CachedFile* newer_ = nullptr;
  CachedFile* older_ = nullptr;
};

// Bounds what the logs of one shard keep open, and what they leave unwritten: the file that was
// not used for longest is closed first. Files in use beyond the bound stay open until they are let
// go. Those with unsynced appends have a bound of their own: to open a file for each append, where
// many logs are written in turn, costs more than the append does. Of these none gives way to
// another: if more are written in turn than have room, the first of them still need not be opened.
class FileCache {
 public:
  static constexpr uint64_t kUnwrittenBytesMax = uint64_t{64} << 20;

  struct Limits {
    // About how many descriptors stay open: of files with unsynced appends, and of others. Each is
    // at least 1.
    size_t unsynced_files_max = 64;
    size_t files_max = 64;
    // How much the page cache may hold of what was appended before the device is told to write it.
    uint64_t unwritten_bytes_max = kUnwrittenBytesMax;
  };

  FileCache(io::Disk& disk, const Limits& limits)
      : disk_(disk),
        unwritten_(limits.unwritten_bytes_max),
        unsynced_(limits.unsynced_files_max),
        others_(limits.files_max) {}
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;
  ~FileCache();

  io::Disk& disk() { return disk_; }
  size_t open_files() const { return unsynced_.size() + others_.size(); }
  UnwrittenBytes& unwritten() { return unwritten_; }
  // What the logs that it serves have done.
  Counters& counters() { return counters_; }

 private:
  friend class CachedFile;

  io::Disk& disk_;
  UnwrittenBytes unwritten_;
  Counters counters_;
  FileChain unsynced_;
  FileChain others_;
};

}  // namespace varve::log
