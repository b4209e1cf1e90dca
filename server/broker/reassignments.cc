#include "server/wire/reassignments.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"

// Where there is one broker, replicas have nowhere else to go, and none is ever on its way.
namespace varve::broker {
namespace {

using wire::ErrorCode;
using Request = wire::AlterPartitionReassignmentsRequest;
using Response = wire::AlterPartitionReassignmentsResponse;

Response::Partition Refuse(const Request::Partition& asked, ErrorCode error, std::string message) {
  return {asked.partition_index, error, std::move(message)};
}

Response::Partition CheckReplicas(const Request::Partition& asked,
                                  const std::vector<int32_t>& present, int32_t node_id,
                                  bool may_change_factor) {
  const std::vector<int32_t>& wanted = *asked.replicas;
  const auto refuse = [&](std::string message) {
    return Refuse(asked, ErrorCode::kInvalidReplicaAssignment, std::move(message));
  };
  if (wanted.empty()) return refuse("the list of replicas is empty");
  const auto other =
      std::ranges::find_if(wanted, [&](int32_t replica) { return replica != node_id; });
  if (other != wanted.end()) return refuse(fmt::format("there is no broker {}", *other));
  if (wanted.size() > 1) return refuse(fmt::format("broker {} is named more than once", node_id));
  if (wanted == present) return {asked.partition_index, ErrorCode::kNone, std::nullopt};
  if (!may_change_factor && wanted.size() != present.size()) {
    return Refuse(
        asked, ErrorCode::kInvalidReplicationFactor,
        fmt::format("there would be {} replicas instead of {}", wanted.size(), present.size()));
  }
  return refuse("this broker does not change where replicas are");
}

Response::Partition Answer(const RequestContext& context, const Request& request,
                           std::string_view topic, const Request::Partition& asked) {
  const cluster::PartitionState* state =
      context.image().FindPartition(topic, asked.partition_index);
  if (state == nullptr) {
    return Refuse(asked, ErrorCode::kUnknownTopicOrPartition, "there is no such partition");
  }
  if (!asked.replicas) {
    return Refuse(asked, ErrorCode::kNoReassignmentInProgress, "no reassignment is in progress");
  }
  return CheckReplicas(asked, state->replicas, context.broker.node_id,
                       request.allow_replication_factor_change);
}

}  // namespace

io::Task<absl::Status> HandleAlterPartitionReassignments(RequestContext& context,
                                                         wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<Request>(body, context.version()));
  Response response;
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  for (const Request::Topic& topic : request.topics) {
    Response::Topic& entry = response.responses.emplace_back();
    entry.name = topic.name;
    for (const Request::Partition& asked : topic.partitions) {
      entry.partitions.push_back(Answer(context, request, topic.name, asked));
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleListPartitionReassignments(RequestContext& context,
                                                        wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<wire::ListPartitionReassignmentsRequest>(
                                              body, context.version()));
  static_cast<void>(request);  // whatever it asks for, only those in progress are listed
  Respond(context, wire::ListPartitionReassignmentsResponse{});
  co_return absl::OkStatus();
}

}  // namespace varve::broker
