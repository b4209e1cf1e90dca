#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"

namespace varve::io {

// A world with one loop, and the calls of its disk as plain functions: a small language for tests.
class SimMachine {
 public:
  explicit SimMachine(SimOptions options = {}) : world(options), loop(world.NewLoop()) {}

  SimDisk& disk() { return world.disk(); }

  FileRef Open(std::string path, OpenMode mode) {
    auto file = world.Run(*loop, loop->disk().Open(std::move(path), mode));
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *file : nullptr;
  }
  FileRef Create(std::string path) { return Open(std::move(path), OpenMode::kCreate); }

  absl::Status TryOpen(std::string path, OpenMode mode) {
    return world.Run(*loop, loop->disk().Open(std::move(path), mode)).status();
  }
  absl::Status Append(const FileRef& file, std::string_view text) {
    auto size = world.Run(*loop, file->Size());
    if (!size.ok()) return size.status();
    const Bytes pieces[] = {AsBytes(text)};
    return world.Run(*loop, file->Append(*size, pieces));
  }
  absl::Status Sync(const FileRef& file) { return world.Run(*loop, file->SyncData()); }
  absl::Status SyncDirectory(std::string path) {
    return world.Run(*loop, loop->disk().SyncDirectory(std::move(path)));
  }
  absl::Status CreateDirectory(std::string path) {
    return world.Run(*loop, loop->disk().CreateDirectory(std::move(path)));
  }
  absl::Status Rename(std::string from, std::string to) {
    return world.Run(*loop, loop->disk().Rename(std::move(from), std::move(to)));
  }
  absl::Status Remove(std::string path) {
    return world.Run(*loop, loop->disk().Remove(std::move(path)));
  }

  // What a look from outside finds in a file; "(none)" without one.
  std::string Text(std::string_view path) {
    auto content = disk().Content(path);
    return content.ok() ? std::string(AsText(*content)) : "(none)";
  }

  void Crash(SimCrash kind) {
    disk().Crash(kind);
    Restart();
  }
  void Restart() {
    loop.reset();
    disk().Restart();
    loop = world.NewLoop();
  }

  SimWorld world;
  std::unique_ptr<Loop> loop;
};

}  // namespace varve::io
