#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/broker.h"
#include "server/logging.h"

// The broker's listeners: who may connect, and which shard serves them.
namespace varve::broker {
namespace {

constexpr io::Duration kAcceptPause = std::chrono::milliseconds(100);
constexpr io::Duration kPortPause = std::chrono::milliseconds(10);
constexpr int kPortAttemptsMax = 200;

}  // namespace

// The kernel takes an io_uring down after its process is gone, and with it the listeners that
// were waited on: the port of a varved that was killed stays taken for some milliseconds.
io::Task<absl::StatusOr<std::unique_ptr<io::Listener>>> Broker::Bind(io::Endpoint where) {
  for (int attempt = 1;; ++attempt) {
    auto listener = co_await home().net().Listen(where, {settings_.listen_backlog});
    if (!absl::IsAlreadyExists(listener.status()) || attempt == kPortAttemptsMax) {
      co_return std::move(listener);
    }
    if (!co_await io::SleepUnless(stop_, kPortPause)) co_return std::move(listener);
  }
}

io::Task<absl::Status> Broker::StartMonitor() {
  const std::optional<config::Endpoint>& asked = settings_.http_listener;
  if (!asked) co_return absl::OkStatus();
  io::Endpoint where{asked->host, asked->port};
  auto listener = co_await Bind(std::move(where));
  if (!listener.ok()) {
    co_return absl::Status(listener.status().code(),
                           fmt::format("varve.http.listener {}: {}", config::Address(*asked),
                                       std::string(listener.status().message())));
  }
  LogInfo("metrics on http://{}/metrics", (*listener)->local().ToString());
  monitor_.Start(*std::move(listener));
  co_return absl::OkStatus();
}

io::Task<absl::Status> Broker::Listen() {
  const config::Listeners& listeners = settings_.listeners;
  for (const config::Endpoint& endpoint : listeners.bound) {
    io::Endpoint where{endpoint.host, endpoint.port};
    auto listener = co_await Bind(std::move(where));
    if (!listener.ok()) {
      co_return absl::Status(listener.status().code(),
                             fmt::format("listener {}: {}", endpoint.ToString(),
                                         std::string(listener.status().message())));
    }
    bound_.push_back((*listener)->local());
    const config::Endpoint* advertised = listeners.Advertised(endpoint.name);
    AdvertisedEndpoint& told = facts_.advertised.emplace_back();
    told.host = advertised != nullptr ? advertised->host : bound_.back().host;
    told.port = advertised != nullptr ? advertised->port : 0;
    if (told.port == 0) told.port = bound_.back().port;
    listeners_.push_back(*std::move(listener));
  }
  co_return absl::OkStatus();
}

void Broker::Accept() {
  for (size_t i = 0; i < listeners_.size(); ++i) {
    LogInfo("listening on {}, advertised as {}", bound_[i].ToString(),
            io::Endpoint{facts_.advertised[i].host, facts_.advertised[i].port}.ToString());
    gate_.Spawn(AcceptFrom(*listeners_[i], i));
  }
}

io::Task<void> Broker::AcceptFrom(io::Listener& listener, size_t index) {
  bool told = false;  // that there are no descriptors left
  while (!stop_.is_set()) {
    co_await connection_count_.WaitForRoom();
    auto socket = co_await listener.Accept();
    if (socket.ok()) {
      told = false;
      co_await connection_count_.WaitForRoom();  // another listener may have taken what there was
      if (stop_.is_set()) co_return;
      co_await Admit(*std::move(socket), index);
      continue;
    }
    if (absl::IsCancelled(socket.status())) co_return;
    if (!std::exchange(told, true)) LogWarning("accept: {}", socket.status().ToString());
    (void)co_await io::SleepUnless(stop_, kAcceptPause);
  }
}

io::Task<void> Broker::Admit(std::unique_ptr<io::Socket> socket, size_t listener) {
  const io::Endpoint& from = socket->peer();
  if (!connection_count_.Add(from.host)) {
    LogInfo("refusing connection of {}: max.connections.per.ip", from.ToString());
    co_return;
  }
  Shard& shard = *facts_.shards[next_shard_++ % facts_.shards.size()];
  const net::Peer peer{from.ToString(), from.host, listener};
  auto serve = [&] { return ServeOn(shard, std::move(socket), peer); };
  co_await io::CallOn(home(), shard.loop(), serve);
}

io::Task<void> Broker::ServeOn(Shard& shard, std::unique_ptr<io::Socket> socket, net::Peer peer) {
  const io::StreamOptions options{settings_.send_buffer_bytes, settings_.receive_buffer_bytes};
  std::unique_ptr<io::Stream> stream = shard.loop().net().Adopt(std::move(socket), options);
  shard.connections().Serve(std::move(stream), std::move(peer));
  co_return;
}

}  // namespace varve::broker
