#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "engine/base/bytes.h"

// Bare system calls on blocking descriptors, and what their failures are called.
namespace varve::bench {

inline absl::Status CallFailed(std::string_view call) {
  return absl::UnavailableError(fmt::format("{}: {} ({})", call, std::strerror(errno), errno));
}

// 0: the peer has ended its side.
inline absl::StatusOr<size_t> ReceiveSome(int fd, MutableBytes into) {
  const ssize_t received = ::recv(fd, into.data(), into.size(), 0);
  if (received < 0 && errno == ECONNRESET) return 0;
  if (received < 0) return CallFailed("recv");
  return static_cast<size_t>(received);
}

inline absl::Status SendAll(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return CallFailed("send");
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

}  // namespace varve::bench
