#include "engine/io/posix/posix_net.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/posix/errors.h"
#include "engine/io/posix/failed_stream.h"
#include "engine/io/posix/posix_loop.h"
#include "engine/io/posix/socket.h"

namespace varve::io {

Task<absl::StatusOr<std::unique_ptr<Listener>>> PosixNet::Listen(Endpoint endpoint,
                                                                 ListenOptions options) {
  std::vector<Address> addresses;
  if (endpoint.host.empty() || endpoint.host == "::") {
    addresses = EveryAddress(endpoint.port);
  } else {
    CO_ASSIGN_OR_RETURN(addresses, co_await Resolve(loop_, endpoint));
  }
  absl::Status first_error;
  for (const Address& address : addresses) {
    absl::StatusOr<Fd> fd = ListenOn(address, options.backlog, endpoint.ToString());
    if (fd.ok()) co_return loop_.MakeListener(*std::move(fd));
    first_error.Update(fd.status());
    // The next address is for hosts that lack this one, not for a port that somebody else has.
    if (absl::IsAlreadyExists(fd.status())) break;
  }
  co_return first_error;
}

Task<absl::StatusOr<std::unique_ptr<Stream>>> PosixNet::Connect(Endpoint endpoint,
                                                                MonoTime deadline) {
  CO_ASSIGN_OR_RETURN(const std::vector<Address> addresses, co_await Resolve(loop_, endpoint));
  absl::Status first_error;
  for (const Address& address : addresses) {
    Fd fd;
    const absl::Status status = co_await ConnectTo(address, endpoint, deadline, fd);
    if (status.ok()) {
      ApplyOptions(fd.get(), {});
      co_return loop_.MakeStream(std::move(fd), ToEndpoint(address));
    }
    if (absl::IsDeadlineExceeded(status)) co_return status;
    first_error.Update(status);
  }
  co_return first_error;
}

Task<absl::Status> PosixNet::ConnectTo(const Address& address, const Endpoint& endpoint,
                                       MonoTime deadline, Fd& connected) {
  const std::string name = endpoint.ToString();
  CO_ASSIGN_OR_RETURN(Fd fd, StartConnect(address, name));
  {
    CO_ASSIGN_OR_RETURN(const std::unique_ptr<Readiness> readiness, loop_.Watch(fd.get()));
    if (!co_await readiness->WaitUntil(Direction::kWrite, deadline)) {
      co_return absl::DeadlineExceededError(fmt::format("connect to {}: no answer in time", name));
    }
  }
  int error = ConnectOutcome(fd.get());
  // A port of the dynamic range on which nobody listens may connect to itself.
  if (error == 0 && LocalEndpoint(fd.get()).ToString() == ToEndpoint(address).ToString()) {
    error = ECONNREFUSED;
  }
  if (error != 0) co_return ConnectError(error, fmt::format("connect to {}", name));
  connected = std::move(fd);
  co_return absl::OkStatus();
}

std::unique_ptr<Stream> PosixNet::Adopt(std::unique_ptr<Socket> socket, StreamOptions options) {
  auto& accepted = static_cast<PosixSocket&>(*socket);
  Fd fd = accepted.TakeFd();
  ApplyOptions(fd.get(), options);
  absl::StatusOr<std::unique_ptr<Stream>> stream = loop_.MakeStream(std::move(fd), socket->peer());
  if (stream.ok()) return *std::move(stream);
  return std::make_unique<FailedStream>(stream.status(), socket->peer());
}

}  // namespace varve::io
