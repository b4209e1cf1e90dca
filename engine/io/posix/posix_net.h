#pragma once

#include <memory>

#include "engine/io/net.h"
#include "engine/io/posix/address.h"
#include "engine/io/posix/fd.h"

namespace varve::io {

class PosixLoop;

// The machine's network, over what its loop can watch.
class PosixNet final : public Net {
 public:
  explicit PosixNet(PosixLoop& loop) : loop_(loop) {}

  Task<absl::StatusOr<std::unique_ptr<Listener>>> Listen(Endpoint endpoint,
                                                         ListenOptions options) override;
  // Tries each address of the host in turn. Looking a name up may take longer than the deadline.
  Task<absl::StatusOr<std::unique_ptr<Stream>>> Connect(Endpoint endpoint,
                                                        MonoTime deadline) override;
  std::unique_ptr<Stream> Adopt(std::unique_ptr<Socket> socket, StreamOptions options) override;

 private:
  Task<absl::Status> ConnectTo(const Address& address, const Endpoint& endpoint, MonoTime deadline,
                               Fd& connected);

  PosixLoop& loop_;
};

}  // namespace varve::io
