#include "engine/io/uring/uring_stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

absl::Status ShutDown() { return absl::CancelledError("the stream was shut down"); }

bool ShallWait(int result) { return result == -EAGAIN || result == -EINTR; }

}  // namespace

UringStream::~UringStream() {
  if (held_) buffers_.GiveBack(held_->id);
}

void UringStream::Receive::Start(MutableBytes into) {
  io_uring_sqe* entry = ring_.Prepare();
  const size_t size = into.empty() ? BufferRing::kBytes : into.size();
  ::io_uring_prep_recv(entry, stream_.fd(), into.empty() ? nullptr : into.data(), size, 0);
  if (into.empty()) {
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = BufferRing::kGroup;
  }
  // Whoever waits has seen that nothing is there: do not even try before waiting.
  entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
  ::io_uring_sqe_set_data(entry, static_cast<Completion*>(this));
}

void UringStream::Receive::CancelIfWaiting() {
  if (waiter_) ring_.Cancel(*this);
}

void UringStream::Receive::OnComplete(int result, uint32_t flags) {
  result_ = result;
  if ((flags & IORING_CQE_F_BUFFER) != 0) {
    const auto id = static_cast<uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT);
    if (result > 0) {
      stream_.held_ = Held{id, stream_.buffers_.At(id, static_cast<size_t>(result))};
    } else {
      stream_.buffers_.GiveBack(id);
    }
  }
  if (result == 0) stream_.ended_ = true;
  stream_.readiness().loop().Ready(std::exchange(waiter_, nullptr));
}

Task<absl::Status> UringStream::Readable() {
  if (readiness().cancelled()) co_return ShutDown();
  if (held_ || ended_) co_return absl::OkStatus();
  {
    const Turnstile turn(reading());
    receive_.Start({});
    const int result = co_await receive_;
    if (readiness().cancelled()) co_return ShutDown();
    if (result >= 0) co_return absl::OkStatus();
    if (!ShallWait(result) && result != -ENOBUFS) co_return StreamError(-result, "receive");
  }
  // All buffers are in use just now: only wait, and read straight into the reader's own.
  readiness().Clear(Direction::kRead);
  co_return co_await PosixStream::Readable();
}

Task<absl::Status> UringStream::MuchReadable() {
  if (readiness().cancelled()) co_return ShutDown();
  if (held_ || ended_) co_return absl::OkStatus();
  co_return co_await PosixStream::Readable();
}

size_t UringStream::TakeHeld(MutableBytes into) {
  const size_t size = std::min(into.size(), held_->rest.size());
  std::memcpy(into.data(), held_->rest.data(), size);
  held_->rest = held_->rest.subspan(size);
  if (held_->rest.empty()) {
    buffers_.GiveBack(held_->id);
    held_.reset();
  }
  return size;
}

absl::StatusOr<size_t> UringStream::TryRead(MutableBytes into) {
  if (readiness().cancelled()) return ShutDown();
  if (into.empty()) return 0;
  if (!held_) return PosixStream::TryRead(into);
  const bool whole_buffer = held_->rest.size() == BufferRing::kBytes;
  const size_t held = TakeHeld(into);
  // A buffer that came full has more behind it; what is wrong with that, the next read finds out.
  if (held == into.size() || !whole_buffer) return held;
  const absl::StatusOr<size_t> more = PosixStream::TryRead(into.subspan(held));
  return held + (more.ok() ? *more : 0);
}

Task<absl::StatusOr<size_t>> UringStream::Read(MutableBytes into) {
  const Turnstile turn(reading());
  for (;;) {
    absl::StatusOr<size_t> read = TryRead(into);
    if (absl::IsOutOfRange(read.status())) co_return 0;
    if (read.ok() && TurnIsOver(*read)) co_await Yield{readiness().loop()};
    if (!read.ok() || *read > 0 || into.empty()) co_return read;
    receive_.Start(into);
    const int result = co_await receive_;
    if (readiness().cancelled()) co_return ShutDown();
    if (result >= 0) co_return static_cast<size_t>(result);
    if (!ShallWait(result)) co_return StreamError(-result, "receive");
  }
}

void UringStream::Shutdown() {
  PosixStream::Shutdown();
  receive_.CancelIfWaiting();
}

std::unique_ptr<Socket> UringStream::Release(Buffer& unread) {
  if (held_) {
    const size_t before = unread.size();
    unread.resize(before + held_->rest.size());
    TakeHeld(MutableBytes(unread).subspan(before));
  }
  return PosixStream::Release(unread);
}

}  // namespace varve::io
