#pragma once

#include <memory>

#include "engine/io/backend.h"
#include "engine/io/loop.h"
#include "engine/io/posix/file_sender.h"
#include "engine/io/posix/posix_disk.h"
#include "engine/io/posix/posix_net.h"
#include "engine/io/posix/readiness.h"
#include "engine/io/posix/real_clock.h"

namespace varve::io {

// What the loops of the machine share. A backend adds how to wait, and may replace how streams
// receive and listeners accept.
class PosixLoop : public Loop {
 public:
  const Clock& clock() const final { return clock_; }
  Disk& disk() final { return disk_; }
  Net& net() final { return net_; }
  Pool& pool() final { return pool_; }
  FileSender& files() { return files_; }

  // Watches a non-blocking descriptor, which outlives the result.
  virtual absl::StatusOr<std::unique_ptr<Readiness>> Watch(int fd) = 0;
  virtual absl::StatusOr<std::unique_ptr<Stream>> MakeStream(Fd fd, Endpoint peer);
  virtual absl::StatusOr<std::unique_ptr<Listener>> MakeListener(Fd fd);

 protected:
  PosixLoop(Pool& pool, const Features& features);

 private:
  RealClock clock_;
  Pool& pool_;
  PosixDisk disk_;
  PosixNet net_{*this};
  FileSender files_;
};

}  // namespace varve::io
