#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/backend.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/log.h"

namespace varve::bench {

template <typename T>
T Must(absl::StatusOr<T> value) {
  VARVE_CHECK(value.ok(), "{}", std::string(value.status().message()));
  return *std::move(value);
}
inline void Must(const absl::Status& status) {
  VARVE_CHECK(status.ok(), "{}", std::string(status.message()));
}

// A directory below TMPDIR (or /tmp), removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  // Back to an empty directory.
  void Clear() const;

 private:
  std::string path_;
};

// A loop on this thread, and what logs need. For one task: a loop that was stopped stays so.
class LogScene {
 public:
  LogScene();
  LogScene(const LogScene&) = delete;
  LogScene& operator=(const LogScene&) = delete;

  // Turns the loop until `task` is done; returns its result.
  double Run(io::Task<double> task);

  io::Loop& loop() { return *loop_; }
  log::FileCache& files() { return *files_; }
  log::DirectoryHealth& health() { return health_; }

  io::Task<std::unique_ptr<log::Log>> OpenLog(std::string directory, log::Config config,
                                              log::Stop stop);

 private:
  io::Task<void> RunThenStop(io::Task<double> task, double* result);

  std::unique_ptr<io::Backend> backend_;
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<log::FileCache> files_;
  log::DirectoryHealth health_{"benchmark"};
};

// One batch of about `bytes`, with records of about `record_bytes`.
Buffer BatchOf(size_t bytes, size_t record_bytes);

}  // namespace varve::bench
