#include "engine/io/uring/ring.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "engine/base/check.h"
#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

constexpr uint8_t kRegistered = 1;  // liburing's INT_FLAG_REG_RING, which its header leaves out

__kernel_timespec ToTimespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

}  // namespace

int Ring::Make(const Features& features, std::unique_ptr<Ring>& ring) {
  io_uring_params params{};
  params.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  params.cq_entries = kCompletions;
  if (features.single_issuer) params.flags |= IORING_SETUP_SINGLE_ISSUER;
  if (features.defer_taskrun) {
    params.flags |= IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
  }
  std::unique_ptr<Ring> made(new Ring);
  const int result = ::io_uring_queue_init_params(kEntries, &made->ring_, &params);
  if (result < 0) {
    made->ring_.ring_fd = -1;
    return -result;
  }
  ring = std::move(made);
  return 0;
}

Ring::~Ring() {
  if (ring_.ring_fd < 0) return;
  // A registration is its thread's: undone from another one, it would hit that one's own ring.
  if (owned_ && owner_ != std::this_thread::get_id()) {
    ring_.int_flags &= static_cast<uint8_t>(~kRegistered);
    ring_.enter_ring_fd = ring_.ring_fd;
  }
  ::io_uring_queue_exit(&ring_);
}

void Ring::Own() {
  if (owned_) {
    VARVE_CHECK(owner_ == std::this_thread::get_id(), "a ring is used by a second thread");
    return;
  }
  owned_ = true;
  owner_ = std::this_thread::get_id();
  // liburing 2.3 declares io_uring_enable_rings, and does not export it.
  const long enabled =
      ::syscall(__NR_io_uring_register, ring_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  VARVE_CHECK(enabled == 0, "enabling a ring: {}", ErrorText(errno));
  (void)::io_uring_register_ring_fd(&ring_);  // saves a lookup a call, where there is such a thing
}

io_uring_sqe* Ring::Prepare() {
  io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
  while (entry == nullptr) {
    Own();
    const int submitted = ::io_uring_submit(&ring_);
    VARVE_CHECK(
        submitted >= 0 || submitted == -EBUSY || submitted == -EAGAIN || submitted == -EINTR,
        "submitting to a ring: {}", ErrorText(-submitted));
    entry = ::io_uring_get_sqe(&ring_);
  }
  return entry;
}

void Ring::Cancel(Completion& completion) {
  io_uring_sqe* entry = Prepare();
  ::io_uring_prep_cancel64(entry, reinterpret_cast<uintptr_t>(&completion), 0);
  ::io_uring_sqe_set_data(entry, nullptr);
}

// Whether looking for completions would find none, as the kernel's flags tell without a call.
bool Ring::IsQuiet() const {
  if ((ring_.flags & IORING_SETUP_TASKRUN_FLAG) == 0) return false;
  const unsigned flags = std::atomic_ref(*ring_.sq.kflags).load(std::memory_order_acquire);
  const bool kernel_has_some = (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  return !kernel_has_some && ::io_uring_sq_ready(&ring_) == 0;
}

int Ring::Enter(Duration timeout) {
  if (timeout <= Duration::zero()) {
    return IsQuiet() ? 0 : ::io_uring_submit_and_get_events(&ring_);
  }
  if (timeout == Duration::max()) return ::io_uring_submit_and_wait(&ring_, 1);
  __kernel_timespec limit = ToTimespec(timeout);
  io_uring_cqe* first = nullptr;
  return ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
}

void Ring::Wait(Duration timeout) {
  Own();
  const int result = Enter(timeout);
  // EBUSY: the kernel keeps completions that found no room; they follow those handed out now.
  const bool fine =
      result >= 0 || result == -ETIME || result == -EINTR || result == -EBUSY || result == -EAGAIN;
  VARVE_CHECK(fine, "entering a ring: {}", ErrorText(-result));
  HandOut();
}

void Ring::HandOut() {
  // One by one: a completion may prepare operations, and so submit in between.
  for (;;) {
    std::array<io_uring_cqe*, 64> batch;
    const unsigned count =
        ::io_uring_peek_batch_cqe(&ring_, batch.data(), static_cast<unsigned>(batch.size()));
    if (count == 0) return;
    for (unsigned i = 0; i < count; ++i) {
      auto* completion = static_cast<Completion*>(::io_uring_cqe_get_data(batch[i]));
      if (completion != nullptr) completion->OnComplete(batch[i]->res, batch[i]->flags);
    }
    ::io_uring_cq_advance(&ring_, count);
  }
}

}  // namespace varve::io
