#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "engine/io/posix/posix_loop.h"
#include "engine/io/uring/buffer_ring.h"
#include "engine/io/uring/ring.h"

namespace varve::io {

// A loop that submits and waits in one call to its io_uring.
class UringLoop final : public PosixLoop {
 public:
  // `features` is what the probe found to work.
  static absl::StatusOr<std::unique_ptr<UringLoop>> Make(Pool& pool, const Features& features);
  ~UringLoop() override;

  absl::StatusOr<std::unique_ptr<Readiness>> Watch(int fd) override;
  absl::StatusOr<std::unique_ptr<Stream>> MakeStream(Fd fd, Endpoint peer) override;

 protected:
  void Wait(MonoTime deadline) override;
  void WakeUp() override;

 private:
  // Hears of every write to the eventfd; nobody has to read it.
  class WakePoll final : public Completion {
   public:
    void OnComplete(int /*result*/, uint32_t flags) override {
      armed = (flags & IORING_CQE_F_MORE) != 0;
    }
    bool armed = false;
  };

  UringLoop(Pool& pool, const Features& features, Fd wake, std::unique_ptr<Ring> ring);
  void ArmWake();

  Fd wake_;
  WakePoll wake_poll_;
  std::unique_ptr<BufferRing> buffers_;  // null where the kernel has no buffer rings
  std::unique_ptr<Ring> ring_;
};

}  // namespace varve::io
