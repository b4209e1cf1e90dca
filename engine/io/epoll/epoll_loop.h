#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "engine/io/posix/posix_loop.h"

struct epoll_event;

namespace varve::io {

// A loop that sleeps in epoll. Descriptors are watched edge-triggered, both ways, from their
// first to their last day: no system call to wait for one.
class EpollLoop final : public PosixLoop {
 public:
  static absl::StatusOr<std::unique_ptr<EpollLoop>> Make(Pool& pool, const Features& features);
  ~EpollLoop() override;

  absl::StatusOr<std::unique_ptr<Readiness>> Watch(int fd) override;

 protected:
  void Wait(MonoTime deadline) override;
  void WakeUp() override;

 private:
  EpollLoop(Pool& pool, const Features& features, Fd epoll, Fd wake);
  int WaitForEvents(MonoTime deadline, epoll_event* events, int events_max);

  Fd epoll_;
  Fd wake_;                      // an eventfd
  bool has_nanoseconds_ = true;  // epoll_pwait2, 5.11
};

}  // namespace varve::io
