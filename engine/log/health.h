#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"

namespace varve::log {

// Whether the directory that holds logs takes appends. Shared by all logs in it, on every shard.
//
//   failed  a write or sync met a failing device: no appends until a restart, reads go on.
//   full    no space: appends are refused until enough is free again, with hysteresis, so that a
//           nearly full disk does not flap.
//
// Threads   Any.
class DirectoryHealth {
 public:
  explicit DirectoryHealth(std::string path) : path_(std::move(path)) {}

  // Notes what an append or a sync met.
  void Note(const absl::Status& error, io::MonoTime now);
  // Something was removed: the next append of a full directory looks again at once.
  void NoteRemoval(io::MonoTime now);

  bool ok() const {
    return !failed_.load(std::memory_order_relaxed) && !full_.load(std::memory_order_relaxed);
  }
  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  bool full() const { return full_.load(std::memory_order_relaxed); }

  // OK if appends are taken now; looks at the free space again if the disk was full a while ago.
  // DataLoss: failed. ResourceExhausted: full. Both name the directory.
  io::Task<absl::Status> MayAppend(io::Loop& loop);

 private:
  const std::string path_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> full_{false};
  std::atomic<int64_t> look_again_ns_{0};
};

}  // namespace varve::log
