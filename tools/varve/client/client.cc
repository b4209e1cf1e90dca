#include "tools/varve/client/client.h"

#include <fmt/format.h>

#include "server/wire/find_coordinator.h"
#include "server/wire/metadata.h"
#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

// Long enough for a machine far away, short enough for somebody who mistyped its name.
constexpr io::Duration kConnectTimeout = std::chrono::seconds(10);
constexpr int kOneCoordinator = 3;  // the last version that asks for one only

}  // namespace

io::Task<absl::StatusOr<Connection*>> Client::Find(Target target, io::MonoTime deadline) {
  switch (target.kind()) {
    case Target::Kind::kAnyBroker:
      co_return co_await AnyBroker(deadline);
    case Target::Kind::kCoordinator:
      co_return co_await Coordinator(target.group(), deadline);
    case Target::Kind::kBroker:
      co_return co_await Broker(target.broker(), deadline);
    case Target::Kind::kController:
      break;
  }
  if (nodes_.controller < 0) CO_RETURN_IF_ERROR(co_await LoadNodes(deadline));
  // A cluster without one may have one at the next attempt: whoever is asked says so.
  if (nodes_.controller < 0) co_return co_await AnyBroker(deadline);
  co_return co_await Broker(nodes_.controller, deadline);
}

void Client::Forget(const Target& target) {
  if (target.kind() == Target::Kind::kCoordinator) coordinators_.erase(target.group());
  if (target.kind() == Target::Kind::kController) nodes_ = {};
}

io::Task<absl::StatusOr<Connection*>> Client::ConnectTo(io::Endpoint endpoint,
                                                        io::MonoTime deadline) {
  std::unique_ptr<Connection>& kept = connections_[endpoint.ToString()];
  if (kept == nullptr || kept->broken()) {
    const io::MonoTime soon = std::min(deadline, loop_.Now() + kConnectTimeout);
    if (kept.get() == any_) any_ = nullptr;
    kept.reset();
    auto opened = co_await Connection::Open(loop_, endpoint, soon);
    if (!opened.ok()) co_return opened.status();
    kept = *std::move(opened);
  }
  co_return kept.get();
}

io::Task<absl::StatusOr<Connection*>> Client::AnyBroker(io::MonoTime deadline) {
  if (any_ != nullptr && !any_->broken()) co_return any_;
  std::vector<std::string> reasons;
  for (const io::Endpoint& endpoint : bootstrap_) {
    absl::StatusOr<Connection*> connection = co_await ConnectTo(endpoint, deadline);
    if (connection.ok()) {
      any_ = *connection;
      co_return any_;
    }
    reasons.push_back(std::string(connection.status().message()));
  }
  co_return absl::UnavailableError(CannotConnect(bootstrap_, reasons));
}

io::Task<absl::StatusOr<Connection*>> Client::Broker(int32_t id, io::MonoTime deadline) {
  if (!nodes_.brokers.contains(id)) CO_RETURN_IF_ERROR(co_await LoadNodes(deadline));
  const auto found = nodes_.brokers.find(id);
  if (found == nodes_.brokers.end()) {
    co_return absl::NotFoundError(
        fmt::format("there is no broker {} (varve cluster shows those that there are)", id));
  }
  const io::Endpoint endpoint = found->second;
  absl::StatusOr<Connection*> connection = co_await ConnectTo(endpoint, deadline);
  if (!connection.ok()) {
    co_return absl::UnavailableError(
        CannotReachAdvertised(id, endpoint, std::string(connection.status().message())));
  }
  co_return connection;
}

io::Task<absl::StatusOr<Connection*>> Client::Coordinator(std::string group,
                                                          io::MonoTime deadline) {
  for (int attempt = 1; !coordinators_.contains(group); ++attempt) {
    wire::ErrorCode error = wire::ErrorCode::kNone;
    CO_ASSIGN_OR_RETURN(const io::Endpoint endpoint,
                        co_await AskForCoordinator(group, deadline, error));
    if (error == wire::ErrorCode::kNone) {
      coordinators_[group] = endpoint;
    } else if (!IsRetriable(error) || loop_.Now() + PauseBefore(attempt) >= deadline) {
      co_return ToStatus(error, "", fmt::format("the coordinator of group {}", group));
    } else {
      co_await io::Sleep(loop_, PauseBefore(attempt));
    }
  }
  const io::Endpoint endpoint = coordinators_[group];
  co_return co_await ConnectTo(endpoint, deadline);
}

io::Task<absl::StatusOr<io::Endpoint>> Client::AskForCoordinator(std::string group,
                                                                 io::MonoTime deadline,
                                                                 wire::ErrorCode& error) {
  CO_ASSIGN_OR_RETURN(Connection * any, co_await AnyBroker(deadline));
  wire::FindCoordinatorRequest request;
  request.key = group;
  CO_ASSIGN_OR_RETURN(const auto reply, co_await any->Call<wire::FindCoordinatorResponse>(
                                            request, kOneCoordinator, deadline));
  error = reply.body.error_code;
  co_return io::Endpoint{std::string(reply.body.host), static_cast<uint16_t>(reply.body.port)};
}

io::Task<absl::Status> Client::LoadNodes(io::MonoTime deadline) {
  CO_ASSIGN_OR_RETURN(Connection * any, co_await AnyBroker(deadline));
  wire::MetadataRequest request;
  request.topics.emplace();
  request.allow_auto_topic_creation = false;
  CO_ASSIGN_OR_RETURN(const auto reply,
                      co_await any->Call<wire::MetadataResponse>(request, kAnyVersion, deadline));
  nodes_ = {};
  nodes_.controller = reply.body.controller_id;
  for (const auto& broker : reply.body.brokers) {
    nodes_.brokers[broker.node_id] = {std::string(broker.host), static_cast<uint16_t>(broker.port)};
  }
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<Spoken>> Client::SpokenBy(Target target) {
  CO_ASSIGN_OR_RETURN(Connection * connection, co_await Find(target, Deadline()));
  co_return connection->spoken();
}

io::Task<absl::StatusOr<std::vector<int32_t>>> Client::Brokers() {
  CO_RETURN_IF_ERROR(co_await LoadNodes(Deadline()));
  std::vector<int32_t> ids;
  ids.reserve(nodes_.brokers.size());
  for (const auto& [id, endpoint] : nodes_.brokers) ids.push_back(id);
  co_return ids;
}

}  // namespace varve::cli
