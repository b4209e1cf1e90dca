#pragma once

#include <memory>
#include <utility>

#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "engine/log/file_cache.h"

namespace varve::log::test {

// A simulated machine on which one process runs at a time: a loop, and the files that it opens.
class Machine {
 public:
  explicit Machine(io::SimOptions options = {}, size_t files_max = 64)
      : world(options), files_max_(files_max) {
    Restart();
  }

  io::SimDisk& disk() { return world.disk(); }

  template <typename T>
  T Run(io::Task<T> task) {
    return world.Run(*loop, std::move(task));
  }

  // The next process. Everything of the one before must be gone.
  void Restart() {
    files.reset();
    loop.reset();
    disk().Restart();
    loop = world.NewLoop();
    const FileCache::Limits limits{files_max_ / 2, files_max_ - files_max_ / 2};
    files = std::make_unique<FileCache>(loop->disk(), limits);
  }

  io::SimWorld world;
  std::unique_ptr<io::Loop> loop;
  std::unique_ptr<FileCache> files;

 private:
  size_t files_max_;
};

}  // namespace varve::log::test
