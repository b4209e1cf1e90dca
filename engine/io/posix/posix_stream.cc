#include "engine/io/posix/posix_stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/posix/address.h"
#include "engine/io/posix/errors.h"
#include "engine/io/posix/piece_cursor.h"
#include "engine/io/posix/socket.h"

namespace varve::io {
namespace {

absl::Status ShutDown() { return absl::CancelledError("the stream was shut down"); }

}  // namespace

PosixStream::Turnstile::Turnstile(bool& busy) : busy_(busy) {
  VARVE_CHECK(!busy, "two tasks use one direction of a stream at once");
  busy_ = true;
}

PosixStream::PosixStream(Fd fd, Endpoint peer, std::unique_ptr<Readiness> readiness,
                         FileSender& files)
    : fd_(std::move(fd)),
      peer_(std::move(peer)),
      local_(LocalEndpoint(fd_.get())),
      readiness_(std::move(readiness)),
      files_(files) {}

PosixStream::~PosixStream() {
  VARVE_CHECK(!reading_ && !writing_, "the stream to {} goes while a task uses it",
              peer_.ToString());
}

ssize_t PosixStream::Receive(MutableBytes into, int flags) {
  for (;;) {
    const ssize_t received = ::recv(fd_.get(), into.data(), into.size(), flags | MSG_DONTWAIT);
    if (received >= 0) return received;
    if (errno != EINTR) return -errno;
  }
}

// Whether a read would find something: bytes, the end, or an error.
bool PosixStream::HasInput() {
  std::byte byte;
  return Receive({&byte, 1}, MSG_PEEK) != -EAGAIN;
}

Task<absl::Status> PosixStream::Readable() {
  const Turnstile turn(reading_);
  if (std::exchange(maybe_drained_, false) && !HasInput()) readiness_->Clear(Direction::kRead);
  co_await readiness_->Wait(Direction::kRead);
  if (readiness_->cancelled()) co_return ShutDown();
  co_return absl::OkStatus();
}

absl::StatusOr<size_t> PosixStream::TryRead(MutableBytes into) {
  if (readiness_->cancelled()) return ShutDown();
  if (into.empty()) return 0;
  const ssize_t received = Receive(into, 0);
  if (received == 0) return absl::OutOfRangeError("the peer has ended its side");
  if (received == -EAGAIN || received > 0) {
    maybe_drained_ = received == static_cast<ssize_t>(into.size());
    if (!maybe_drained_) readiness_->Clear(Direction::kRead);
    return received > 0 ? static_cast<size_t>(received) : 0;
  }
  return StreamError(static_cast<int>(-received), "receive");
}

bool PosixStream::TurnIsOver(size_t bytes) {
  turn_bytes_ += bytes;
  if (turn_bytes_ < FileSender::kTurnBytes) return false;
  turn_bytes_ = 0;
  return true;
}

Task<absl::StatusOr<size_t>> PosixStream::Read(MutableBytes into) {
  const Turnstile turn(reading_);
  for (;;) {
    co_await readiness_->Wait(Direction::kRead);
    absl::StatusOr<size_t> read = TryRead(into);
    if (absl::IsOutOfRange(read.status())) co_return 0;
    if (read.ok() && TurnIsOver(*read)) co_await Yield{readiness_->loop()};
    if (!read.ok() || *read > 0 || into.empty()) co_return read;
  }
}

Task<absl::Status> PosixStream::Write(std::span<const Bytes> pieces, bool more) {
  const Turnstile turn(writing_);
  PieceCursor cursor(pieces);
  while (!cursor.done()) {
    if (readiness_->cancelled()) co_return ShutDown();
    const ssize_t sent = SendPieces(fd_.get(), cursor, more);
    if (sent > 0) {
      cursor.Advance(static_cast<size_t>(sent));
      if (TurnIsOver(static_cast<size_t>(sent))) co_await Yield{readiness_->loop()};
    } else if (sent == -EAGAIN) {
      readiness_->Clear(Direction::kWrite);
      co_await readiness_->Wait(Direction::kWrite);
    } else {
      co_return StreamError(static_cast<int>(-sent), "send");
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> PosixStream::SendAround(Bytes before, const FileRange& range, Bytes after,
                                           bool more) {
  FileRange rest = range;
  if (!readiness_->cancelled()) {
    const Turnstile turn(writing_);
    const ssize_t sent = files_.TryAtOnce(fd_.get(), before, range, after, more);
    if (sent < 0) co_return StreamError(static_cast<int>(-sent), "send");
    auto left = static_cast<uint64_t>(sent);
    const auto take = [&left](uint64_t size) {
      const uint64_t taken = std::min(left, size);
      left -= taken;
      return taken;
    };
    before = before.subspan(take(before.size()));
    const uint64_t taken = take(rest.size);
    rest.position += taken;
    rest.size -= taken;
    after = after.subspan(take(after.size()));
    if (TurnIsOver(static_cast<size_t>(sent))) co_await Yield{readiness_->loop()};
  }
  if (before.empty() && rest.size == 0 && after.empty()) co_return absl::OkStatus();
  co_return co_await Stream::SendAround(before, rest, after, more);
}

Task<absl::Status> PosixStream::SendFile(const FileRange& range, bool more) {
  const Turnstile turn(writing_);
  if (readiness_->cancelled()) co_return ShutDown();
  absl::Status status = co_await files_.Send(fd_.get(), *readiness_, range, more);
  if (!status.ok() && readiness_->cancelled()) co_return ShutDown();
  co_return status;
}

void PosixStream::Shutdown() {
  readiness_->Cancel();
  (void)::shutdown(fd_.get(), SHUT_RDWR);  // fails only if the peer was faster
}

std::unique_ptr<Socket> PosixStream::Release(Buffer& /*unread*/) {
  VARVE_CHECK(!reading_ && !writing_, "the stream to {} is released while a task uses it",
              peer_.ToString());
  readiness_.reset();  // nobody watches it here when another loop begins to
  return std::make_unique<PosixSocket>(std::move(fd_), peer_);
}

}  // namespace varve::io
