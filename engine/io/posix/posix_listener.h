#pragma once

#include <memory>

#include "engine/io/net.h"
#include "engine/io/posix/fd.h"
#include "engine/io/posix/readiness.h"

namespace varve::io {

// Accepts by a non-blocking call, waiting for readiness when nobody is there. Out of descriptors
// it says so each time it is asked, and does not turn by itself.
class PosixListener final : public Listener {
 public:
  PosixListener(Fd fd, std::unique_ptr<Readiness> readiness);

  Task<absl::StatusOr<std::unique_ptr<Socket>>> Accept() override;
  void Shutdown() override { readiness_->Cancel(); }
  const Endpoint& local() const override { return local_; }

 private:
  Fd fd_;
  Endpoint local_;
  std::unique_ptr<Readiness> readiness_;
};

}  // namespace varve::io
