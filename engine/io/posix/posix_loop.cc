#include "engine/io/posix/posix_loop.h"

#include <utility>

#include "engine/base/status.h"
#include "engine/io/posix/posix_listener.h"
#include "engine/io/posix/posix_stream.h"

namespace varve::io {

PosixLoop::PosixLoop(Pool& pool, const Features& features)
    : Loop(RealClock().Now(), RandomSeed()),
      pool_(pool),
      disk_(*this, features),
      files_(*this, features) {}

absl::StatusOr<std::unique_ptr<Stream>> PosixLoop::MakeStream(Fd fd, Endpoint peer) {
  ASSIGN_OR_RETURN(std::unique_ptr<Readiness> readiness, Watch(fd.get()));
  return std::make_unique<PosixStream>(std::move(fd), std::move(peer), std::move(readiness),
                                       files_);
}

absl::StatusOr<std::unique_ptr<Listener>> PosixLoop::MakeListener(Fd fd) {
  ASSIGN_OR_RETURN(std::unique_ptr<Readiness> readiness, Watch(fd.get()));
  return std::make_unique<PosixListener>(std::move(fd), std::move(readiness));
}

}  // namespace varve::io
