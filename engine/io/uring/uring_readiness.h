#pragma once

#include "engine/io/posix/readiness.h"
#include "engine/io/uring/ring.h"

namespace varve::io {

// Readiness by one poll operation a wait, submitted together with whatever else the turn brings.
class UringReadiness final : public Readiness {
 public:
  UringReadiness(Loop& loop, Ring& ring, int fd)
      : Readiness(loop),
        ring_(ring),
        fd_(fd),
        polls_{Poll(*this, Direction::kRead), Poll(*this, Direction::kWrite)} {}

 protected:
  void Arm(Direction direction) override;
  void Disarm(Direction direction) override;

 private:
  class Poll final : public Completion {
   public:
    Poll(UringReadiness& readiness, Direction direction)
        : readiness_(readiness), direction_(direction) {}
    void OnComplete(int result, uint32_t flags) override;

   private:
    UringReadiness& readiness_;
    Direction direction_;
  };

  Ring& ring_;
  int fd_;
  std::array<Poll, 2> polls_;
};

}  // namespace varve::io
