#include "engine/io/posix/posix_listener.h"

#include <cerrno>
#include <utility>

#include "engine/io/posix/errors.h"
#include "engine/io/posix/socket.h"

namespace varve::io {

PosixListener::PosixListener(Fd fd, std::unique_ptr<Readiness> readiness)
    : fd_(std::move(fd)), local_(LocalEndpoint(fd_.get())), readiness_(std::move(readiness)) {}

Task<absl::StatusOr<std::unique_ptr<Socket>>> PosixListener::Accept() {
  for (;;) {
    if (readiness_->cancelled()) co_return absl::CancelledError("the listener was shut down");
    Accepted accepted = AcceptNow(fd_.get());
    if (accepted.error == 0) {
      co_return std::make_unique<PosixSocket>(std::move(accepted.fd), ToEndpoint(accepted.peer));
    }
    if (accepted.error != EAGAIN) co_return AcceptError(accepted.error);
    readiness_->Clear(Direction::kRead);
    co_await readiness_->Wait(Direction::kRead);
  }
}

}  // namespace varve::io
