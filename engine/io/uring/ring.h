#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>
#include <thread>

#include "engine/io/backend.h"
#include "engine/io/clock.h"

namespace varve::io {

// What the kernel hands back when an operation has ended. Lives until then.
class Completion {
 public:
  // `flags` are IORING_CQE_F_*. Called between tasks: marks what can go on, and runs none of it.
  virtual void OnComplete(int result, uint32_t flags) = 0;

 protected:
  ~Completion() = default;
};

// One io_uring. Made on any thread, it belongs to the thread that first waits or submits: only
// that one may enter it, which is what lets the kernel leave out its locks.
class Ring {
 public:
  static constexpr unsigned kEntries = 256;
  static constexpr unsigned kCompletions = 4096;

  // 0 or an errno. The ring uses those of `features` that concern its making, and requires them.
  static int Make(const Features& features, std::unique_ptr<Ring>& ring);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // An operation to fill in, then to finish by io_uring_sqe_set_data(operation, completion); null
  // if nobody cares how it ends. Submitted with the next Wait.
  io_uring_sqe* Prepare();
  // Ends `completion`'s operation early. It still completes, with -ECANCELED if this was in time.
  void Cancel(Completion& completion);

  // Submits, waits for a completion for at most `timeout`, and hands out all that are there.
  // Zero: only looks. Duration::max(): for ever.
  void Wait(Duration timeout);

  io_uring& raw() { return ring_; }
  uint32_t kernel_features() const { return ring_.features; }

 private:
  Ring() = default;
  void Own();
  bool IsQuiet() const;
  int Enter(Duration timeout);
  void HandOut();

  io_uring ring_{};
  bool owned_ = false;
  std::thread::id owner_;
};

}  // namespace varve::io
