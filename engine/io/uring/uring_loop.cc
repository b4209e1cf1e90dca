#include "engine/io/uring/uring_loop.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/posix/errors.h"
#include "engine/io/uring/uring_readiness.h"
#include "engine/io/uring/uring_stream.h"

namespace varve::io {

absl::StatusOr<std::unique_ptr<UringLoop>> UringLoop::Make(Pool& pool, const Features& features) {
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return ConnectError(errno, "eventfd");
  std::unique_ptr<Ring> ring;
  if (const int error = Ring::Make(features, ring); error != 0) {
    return ConnectError(error, "io_uring_setup");
  }
  std::unique_ptr<UringLoop> loop(new UringLoop(pool, features, std::move(wake), std::move(ring)));
  if (features.buffer_rings) {
    loop->buffers_ = std::make_unique<BufferRing>();
    const int error = loop->buffers_->Register(*loop->ring_);
    if (error != 0) return ConnectError(error, "registering receive buffers");
  }
  return loop;
}

UringLoop::UringLoop(Pool& pool, const Features& features, Fd wake, std::unique_ptr<Ring> ring)
    : PosixLoop(pool, features), wake_(std::move(wake)), ring_(std::move(ring)) {}

UringLoop::~UringLoop() { AwaitPosters(); }

absl::StatusOr<std::unique_ptr<Readiness>> UringLoop::Watch(int fd) {
  return std::make_unique<UringReadiness>(*this, *ring_, fd);
}

absl::StatusOr<std::unique_ptr<Stream>> UringLoop::MakeStream(Fd fd, Endpoint peer) {
  if (buffers_ == nullptr) return PosixLoop::MakeStream(std::move(fd), std::move(peer));
  auto readiness = std::make_unique<UringReadiness>(*this, *ring_, fd.get());
  return std::make_unique<UringStream>(std::move(fd), std::move(peer), std::move(readiness),
                                       files(), *ring_, *buffers_);
}

void UringLoop::WakeUp() {
  const uint64_t one = 1;
  const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
  VARVE_CHECK(written == sizeof(one) || errno == EAGAIN, "waking a loop: {}", ErrorText(errno));
}

void UringLoop::ArmWake() {
  wake_poll_.armed = true;
  io_uring_sqe* entry = ring_->Prepare();
  ::io_uring_prep_poll_multishot(entry, wake_.get(), POLLIN);
  ::io_uring_sqe_set_data(entry, static_cast<Completion*>(&wake_poll_));
}

void UringLoop::Wait(MonoTime deadline) {
  if (!wake_poll_.armed) ArmWake();
  if (deadline == MonoTime::min()) {
    ring_->Wait(Duration::zero());
  } else if (deadline == kNever) {
    ring_->Wait(Duration::max());
  } else {
    ring_->Wait(std::max(deadline - Now(), Duration::zero()));
  }
}

}  // namespace varve::io
