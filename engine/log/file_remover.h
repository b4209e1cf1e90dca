#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "engine/io/clock.h"
#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/health.h"

namespace varve::log {

// Removes files some time after they were given up: the second step of deleting a segment. Whoever
// holds such a file open goes on reading it.
//
//   FileRemover remover(loop, disk, health);
//   remover.Remove("t-0/00000000000000000000.log.deleted", 60s);
//   co_await remover.Close();
//
// A directory that was full is looked at again after each removal. What a stop leaves behind is
// removed when the log is opened again, by its ".deleted" name.
//
// Bounds    One timer. At most kWaitingMax names wait; beyond that the longest waiting go early.
// Threads   One loop; removing happens off it.
class FileRemover {
 public:
  static constexpr size_t kWaitingMax = 4096;

  FileRemover(io::Loop& loop, io::Disk& disk, DirectoryHealth& health);
  FileRemover(const FileRemover&) = delete;
  FileRemover& operator=(const FileRemover&) = delete;

  void Remove(std::string path, io::Duration delay);
  // Does not wait any longer: the space is needed.
  void Hurry();
  size_t waiting() const { return waiting_.size(); }
  // Whether a file is still there that should not be, or may be.
  bool left_some() const { return left_some_ || !waiting_.empty(); }

  // Removes what waits, without waiting.
  io::Task<void> Close();

 private:
  bool FrontIsDue() const;
  io::Task<void> RemoveWaiting();

  io::Loop& loop_;
  io::Disk& disk_;
  DirectoryHealth& health_;
  std::multimap<io::MonoTime, std::string> waiting_;  // by when they go
  bool running_ = false;
  bool left_some_ = false;
  io::Event changed_;
  io::Gate gate_;
};

}  // namespace varve::log
