#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>

#include "engine/io/posix/readiness.h"

namespace varve::io {

// Readiness as edges of epoll tell it. The kernel reports the state at registration and every
// change for the better after that, so a flag a direction says all that is known.
class EpollReadiness final : public Readiness {
 public:
  static absl::StatusOr<std::unique_ptr<Readiness>> Make(Loop& loop, int epoll, int fd);
  ~EpollReadiness() override;

  void OnEvent(uint32_t events);
  void Clear(Direction direction) override;

 protected:
  void Arm(Direction /*direction*/) override {}
  void Disarm(Direction direction) override { Resume(direction); }

 private:
  EpollReadiness(Loop& loop, int epoll, int fd) : Readiness(loop), epoll_(epoll), fd_(fd) {}

  int epoll_;
  int fd_;
  bool ended_ = false;  // the peer's end was reported: no edge will follow
};

}  // namespace varve::io
