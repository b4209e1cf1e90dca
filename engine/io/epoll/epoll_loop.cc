#include "engine/io/epoll/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/epoll/epoll_readiness.h"
#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

constexpr int kEventsPerWait = 256;

timespec ToTimespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

// Rounded up, so as not to turn in vain until the deadline.
int ToMillis(Duration duration) {
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<int64_t>(millis, std::numeric_limits<int>::max()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EpollLoop>> EpollLoop::Make(Pool& pool, const Features& features) {
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return ConnectError(errno, "epoll_create1");
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return ConnectError(errno, "eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // an edge a write: nobody has to read it
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return ConnectError(errno, "epoll_ctl");
  }
  return std::unique_ptr<EpollLoop>(
      new EpollLoop(pool, features, std::move(epoll), std::move(wake)));
}

EpollLoop::EpollLoop(Pool& pool, const Features& features, Fd epoll, Fd wake)
    : PosixLoop(pool, features), epoll_(std::move(epoll)), wake_(std::move(wake)) {}

EpollLoop::~EpollLoop() { AwaitPosters(); }

absl::StatusOr<std::unique_ptr<Readiness>> EpollLoop::Watch(int fd) {
  return EpollReadiness::Make(*this, epoll_.get(), fd);
}

void EpollLoop::WakeUp() {
  const uint64_t one = 1;
  const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
  VARVE_CHECK(written == sizeof(one) || errno == EAGAIN, "waking a loop: {}", ErrorText(errno));
}

int EpollLoop::WaitForEvents(MonoTime deadline, epoll_event* events, int events_max) {
  if (deadline == MonoTime::min()) return ::epoll_wait(epoll_.get(), events, events_max, 0);
  if (deadline == kNever) return ::epoll_wait(epoll_.get(), events, events_max, -1);
  const Duration left = std::max(deadline - Now(), Duration::zero());
  if (has_nanoseconds_) {
    const timespec timeout = ToTimespec(left);
    const int count = ::epoll_pwait2(epoll_.get(), events, events_max, &timeout, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_nanoseconds_ = false;
  }
  return ::epoll_wait(epoll_.get(), events, events_max, ToMillis(left));
}

void EpollLoop::Wait(MonoTime deadline) {
  std::array<epoll_event, kEventsPerWait> events;
  const int count = WaitForEvents(deadline, events.data(), kEventsPerWait);
  VARVE_CHECK(count >= 0 || errno == EINTR, "epoll_wait: {}", ErrorText(errno));
  for (int i = 0; i < count; ++i) {
    auto* readiness = static_cast<EpollReadiness*>(events[static_cast<size_t>(i)].data.ptr);
    if (readiness != nullptr) readiness->OnEvent(events[static_cast<size_t>(i)].events);
  }
}

}  // namespace varve::io
