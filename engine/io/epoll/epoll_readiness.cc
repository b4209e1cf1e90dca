#include "engine/io/epoll/epoll_readiness.h"

#include <sys/epoll.h>

#include <cerrno>

#include "engine/io/posix/errors.h"

namespace varve::io {

absl::StatusOr<std::unique_ptr<Readiness>> EpollReadiness::Make(Loop& loop, int epoll, int fd) {
  std::unique_ptr<EpollReadiness> readiness(new EpollReadiness(loop, epoll, fd));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = readiness.get();
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    const int error = errno;
    readiness->fd_ = -1;
    return ConnectError(error, "epoll_ctl");
  }
  return readiness;
}

// Closing the descriptor is not enough: a child between fork and exec may hold it open, and its
// events would find nobody here.
EpollReadiness::~EpollReadiness() {
  if (fd_ >= 0) (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd_, nullptr);
}

void EpollReadiness::OnEvent(uint32_t events) {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (broken || (events & EPOLLRDHUP) != 0) ended_ = true;
  if (broken || (events & (EPOLLIN | EPOLLRDHUP)) != 0) Signal(Direction::kRead);
  if (broken || (events & EPOLLOUT) != 0) Signal(Direction::kWrite);
}

// A short read says that all bytes are taken, but the end behind them was reported with them.
void EpollReadiness::Clear(Direction direction) {
  if (direction == Direction::kRead && ended_) return;
  Readiness::Clear(direction);
}

}  // namespace varve::io
