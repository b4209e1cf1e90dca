#pragma once

#include <coroutine>
#include <memory>
#include <optional>

#include "engine/io/posix/posix_stream.h"
#include "engine/io/uring/buffer_ring.h"
#include "engine/io/uring/ring.h"

namespace varve::io {

// A TCP connection that receives through the ring: while it only waits, into a buffer that the
// kernel takes from the loop's few when the bytes arrive; a large read straight into its buffer.
// A small request so costs no system call of its own to receive. Whoever expects much only waits.
class UringStream final : public PosixStream {
 public:
  UringStream(Fd fd, Endpoint peer, std::unique_ptr<Readiness> readiness, FileSender& files,
              Ring& ring, BufferRing& buffers)
      : PosixStream(std::move(fd), std::move(peer), std::move(readiness), files),
        buffers_(buffers),
        receive_(*this, ring) {}
  ~UringStream() override;

  Task<absl::Status> Readable() override;
  Task<absl::Status> MuchReadable() override;
  Task<absl::StatusOr<size_t>> Read(MutableBytes into) override;
  absl::StatusOr<size_t> TryRead(MutableBytes into) override;
  void Shutdown() override;
  std::unique_ptr<Socket> Release(Buffer& unread) override;

 private:
  // Bytes in one of the kernel's buffers, not yet read.
  struct Held {
    uint16_t id = 0;
    Bytes rest;
  };

  // The one receive operation that may be in flight: `co_await receive_` waits for its end.
  class Receive final : public Completion {
   public:
    Receive(UringStream& stream, Ring& ring) : stream_(stream), ring_(ring) {}
    // Into one of the loop's buffers, or into `into` if it is not empty.
    void Start(MutableBytes into);
    void CancelIfWaiting();
    void OnComplete(int result, uint32_t flags) override;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { waiter_ = waiter; }
    // Bytes received, 0 at the end, or -errno.
    int await_resume() const noexcept { return result_; }

   private:
    UringStream& stream_;
    Ring& ring_;
    std::coroutine_handle<> waiter_;
    int result_ = 0;
  };

  size_t TakeHeld(MutableBytes into);

  BufferRing& buffers_;
  Receive receive_;
  std::optional<Held> held_;
  bool ended_ = false;  // the kernel has reported the end
};

}  // namespace varve::io
