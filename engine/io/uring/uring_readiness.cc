#include "engine/io/uring/uring_readiness.h"

#include <poll.h>

#include <cerrno>

namespace varve::io {

void UringReadiness::Arm(Direction direction) {
  const bool read = direction == Direction::kRead;
  Completion* completion = &polls_[static_cast<size_t>(direction)];
  io_uring_sqe* entry = ring_.Prepare();
  ::io_uring_prep_poll_add(entry, fd_, read ? POLLIN | POLLRDHUP : POLLOUT);
  ::io_uring_sqe_set_data(entry, completion);
}

void UringReadiness::Disarm(Direction direction) {
  ring_.Cancel(polls_[static_cast<size_t>(direction)]);
}

// Only a cancelled poll says nothing about the descriptor: whatever else went wrong, the call
// that was waiting is to find out.
void UringReadiness::Poll::OnComplete(int result, uint32_t /*flags*/) {
  if (result == -ECANCELED) {
    readiness_.Resume(direction_);
  } else {
    readiness_.Signal(direction_);
  }
}

}  // namespace varve::io
