#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>

#include <string>

#include "engine/io/net.h"
#include "engine/io/posix/address.h"
#include "engine/io/posix/fd.h"
#include "engine/io/posix/piece_cursor.h"

namespace varve::io {

class PosixSocket final : public Socket {
 public:
  PosixSocket(Fd fd, Endpoint peer) : fd_(std::move(fd)), peer_(std::move(peer)) {}
  const Endpoint& peer() const override { return peer_; }
  Fd TakeFd() { return std::move(fd_); }

 private:
  Fd fd_;
  Endpoint peer_;
};

// A non-blocking socket that listens on `address`: bound at once, also while connections of a
// listener that has gone still linger.
absl::StatusOr<Fd> ListenOn(const Address& address, int backlog, const std::string& name);

// A non-blocking socket that is on its way to `address`, or already there.
absl::StatusOr<Fd> StartConnect(const Address& address, const std::string& name);

// How a connection attempt ended: 0 or its errno.
int ConnectOutcome(int fd);

// Takes the next connection; `error` is EAGAIN when there is none yet.
struct Accepted {
  Fd fd;
  Address peer;
  int error = 0;
};
Accepted AcceptNow(int listener);

// Sends what is left of some pieces, as far as one call and the socket take it. How much that was,
// or -errno. `more`: see Stream::Write.
ssize_t SendPieces(int fd, const PieceCursor& cursor, bool more);

void ApplyOptions(int fd, const StreamOptions& options);

}  // namespace varve::io
