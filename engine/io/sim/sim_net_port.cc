#include "engine/io/sim/sim_net_port.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "engine/io/sim/delay.h"
#include "engine/io/sim/sim_listener.h"
#include "engine/io/sim/sim_loop.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/sim_stream.h"

namespace varve::io {
namespace {

constexpr Duration kRetry = std::chrono::seconds(1);  // of a connect that got no answer

}  // namespace

Task<absl::StatusOr<std::unique_ptr<Listener>>> SimNetPort::Listen(Endpoint endpoint,
                                                                   ListenOptions options) {
  auto listener = std::make_unique<SimListener>(world_.net(), loop_, options);
  CO_RETURN_IF_ERROR(listener->Bind(endpoint));
  co_return listener;
}

Task<bool> SimNetPort::Pass(Duration duration, MonoTime deadline) {
  const MonoTime now = world_.clock().Now();
  const Duration left = std::max(deadline - now, Duration::zero());
  SimDelay delay(world_.events(), loop_, std::min(duration, left));
  co_await delay;
  co_return duration < left;
}

Task<absl::StatusOr<std::unique_ptr<Stream>>> SimNetPort::Connect(Endpoint endpoint,
                                                                  MonoTime deadline) {
  SimNet& net = world_.net();
  CO_ASSIGN_OR_RETURN(const std::string host, SimNet::Resolve(endpoint));
  const std::string name = endpoint.ToString();
  for (;;) {
    const Duration way = Draw(net.random(), world_.options().network_latency);
    if (!co_await Pass(way, deadline)) break;
    SimListener* listener = net.Find(host, endpoint.port);
    const bool silent = !SimNet::IsOurs(host) || net.Partitioned(endpoint.port);
    if (silent || (listener != nullptr && listener->full())) {
      if (!co_await Pass(kRetry, deadline)) break;
      continue;
    }
    world_.trace().Fold(name);
    if (listener == nullptr) {
      co_return absl::UnavailableError(fmt::format("connect to {}: refused", name));
    }
    const Endpoint server{host, endpoint.port};
    auto connection = net.Connect(loop_.number(), server);
    listener->Arrive(SimEnd(connection, /*is_client=*/false));
    SimEnd end(std::move(connection), /*is_client=*/true);
    if (!co_await Pass(way, deadline)) break;
    co_return std::make_unique<SimStream>(world_, loop_, std::move(end));
  }
  co_return absl::DeadlineExceededError(fmt::format("connect to {}: no answer in time", name));
}

std::unique_ptr<Stream> SimNetPort::Adopt(std::unique_ptr<Socket> socket, StreamOptions options) {
  SimEnd end = std::move(static_cast<SimSocket&>(*socket).end);
  if (options.send_buffer_bytes >= 0) {
    end.out().set_capacity(static_cast<uint64_t>(options.send_buffer_bytes));
  }
  if (options.receive_buffer_bytes >= 0) {
    end.in().set_capacity(static_cast<uint64_t>(options.receive_buffer_bytes));
  }
  return std::make_unique<SimStream>(world_, loop_, std::move(end));
}

}  // namespace varve::io
