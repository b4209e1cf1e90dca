#include "engine/io/sim/sim_net.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "engine/io/sim/sim_listener.h"
#include "engine/io/sim/sim_stream.h"
#include "engine/io/sim/world.h"

namespace varve::io {
namespace {

constexpr uint16_t kClientPortMin = 40000;

bool IsV6(const std::string& host) { return host.find(':') != std::string::npos; }

bool Covers(const std::string& listening, const std::string& host) {
  if (listening == "::") return true;
  if (listening == "0.0.0.0") return !IsV6(host);
  return listening == host;
}

}  // namespace

SimNet::SimNet(SimWorld& world) : world_(world), random_(world.NewRandom()) {}

void SimNet::Cut(Stream& stream) { static_cast<SimStream&>(stream).end().connection().Break(); }

void SimNet::CutAll(uint16_t port) {
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection == nullptr) continue;
    if (port == 0 || connection->server.port == port) connection->Break();
  }
}

void SimNet::Heal(uint16_t port) {
  partitions_.erase(port);
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection == nullptr) continue;
    connection->to_server.Resume();
    connection->to_client.Resume();
  }
}

void SimNet::EndWriting(Stream& stream) { static_cast<SimStream&>(stream).end().out().End(); }

size_t SimNet::connections() const {
  return std::count_if(connections_.begin(), connections_.end(),
                       [](const auto& connection) { return !connection.expired(); });
}

absl::StatusOr<std::string> SimNet::Resolve(const Endpoint& endpoint) {
  const std::string& host = endpoint.host;
  if (host.empty()) return std::string("::");
  if (host == "localhost") return std::string("127.0.0.1");
  if (IsV6(host) || host.find_first_not_of("0123456789.") == std::string::npos) return host;
  return absl::NotFoundError(fmt::format("resolve {}: no such host", host));
}

bool SimNet::IsOurs(const std::string& host) {
  return host == "::" || host == "0.0.0.0" || host == "::1" || host.rfind("127.", 0) == 0;
}

bool SimNet::InUse(const std::string& host, uint16_t port) const {
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const SimListener* listener) {
    const Endpoint& local = listener->local();
    return local.port == port && (Covers(local.host, host) || Covers(host, local.host));
  });
}

absl::StatusOr<Endpoint> SimNet::Bind(const Endpoint& endpoint, SimListener& listener) {
  Endpoint local = endpoint;
  ASSIGN_OR_RETURN(local.host, Resolve(endpoint));
  if (!IsOurs(local.host)) {
    return absl::NotFoundError(
        fmt::format("listen on {}: no address of this machine", endpoint.ToString()));
  }
  while (local.port == 0 || (endpoint.port == 0 && InUse(local.host, local.port))) {
    local.port = next_port_++;
  }
  if (InUse(local.host, local.port)) {
    return absl::AlreadyExistsError(
        fmt::format("listen on {}: the address is in use", endpoint.ToString()));
  }
  listeners_.push_back(&listener);
  return local;
}

void SimNet::Unbind(SimListener& listener) { std::erase(listeners_, &listener); }

SimListener* SimNet::Find(const std::string& host, uint16_t port) const {
  for (SimListener* listener : listeners_) {
    if (listener->local().port == port && Covers(listener->local().host, host)) return listener;
  }
  return nullptr;
}

std::shared_ptr<SimConnection> SimNet::Connect(uint64_t loop_number, const Endpoint& server) {
  const bool v6 = IsV6(server.host);
  const Endpoint client{v6 ? "::1" : fmt::format("127.0.0.{}", loop_number % 255),
                        next_client_port_};
  next_client_port_ = next_client_port_ == 65535 ? kClientPortMin : next_client_port_ + 1;
  auto connection = std::make_shared<SimConnection>(*this, client, server);
  std::erase_if(connections_, [](const auto& gone) { return gone.expired(); });
  connections_.push_back(connection);
  return connection;
}

bool SimNet::TakeAcceptFailure() {
  if (accepts_to_fail_ == 0) return false;
  --accepts_to_fail_;
  return true;
}

}  // namespace varve::io
