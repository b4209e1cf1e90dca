#include "engine/io/posix/socket.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

// Options that a kernel refuses cost speed, not correctness.
void SetOption(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof(value));
}

Fd NewSocket(int family) {
  return Fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

absl::StatusOr<Fd> ListenOn(const Address& address, int backlog, const std::string& name) {
  Fd fd = NewSocket(address.family());
  if (!fd.valid()) return ListenError(errno, fmt::format("socket for {}", name));
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd.get(), address.get(), address.size) != 0) {
    return ListenError(errno, fmt::format("bind {}", name));
  }
  if (::listen(fd.get(), backlog) != 0) {
    return ListenError(errno, fmt::format("listen on {}", name));
  }
  return fd;
}

absl::StatusOr<Fd> StartConnect(const Address& address, const std::string& name) {
  Fd fd = NewSocket(address.family());
  if (!fd.valid()) return ConnectError(errno, fmt::format("socket for {}", name));
  while (::connect(fd.get(), address.get(), address.size) != 0) {
    if (errno == EINPROGRESS || errno == EISCONN || errno == EALREADY) break;
    if (errno != EINTR) return ConnectError(errno, fmt::format("connect to {}", name));
  }
  return fd;
}

int ConnectOutcome(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Accepted AcceptNow(int listener) {
  Accepted accepted;
  for (;;) {
    accepted.peer.size = sizeof(accepted.peer.storage);
    accepted.fd = Fd(::accept4(listener, accepted.peer.get(), &accepted.peer.size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC));
    accepted.error = accepted.fd.valid() ? 0 : errno;
    // A connection that went away while it waited is nobody's concern.
    if (accepted.error != EINTR && accepted.error != ECONNABORTED) return accepted;
  }
}

ssize_t SendPieces(int fd, const PieceCursor& cursor, bool more) {
  // Most answers have a handful of pieces; the array lives on the stack.
  constexpr size_t kVectorsPerCall = 256;
  std::array<iovec, kVectorsPerCall> vectors;
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = cursor.Fill(vectors);
  const bool all = message.msg_iovlen < vectors.size();
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more || !all ? MSG_MORE : 0);
  for (;;) {
    const ssize_t sent = ::sendmsg(fd, &message, flags);
    if (sent >= 0) return sent;
    if (errno != EINTR) return -errno;
  }
}

void ApplyOptions(int fd, const StreamOptions& options) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options.send_buffer_bytes >= 0) {
    SetOption(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
  }
  if (options.receive_buffer_bytes >= 0) {
    SetOption(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
  }
}

}  // namespace varve::io
