#include "server/wire/find_coordinator.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/broker/group_calls.h"
#include "server/cluster/topic_rules.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;
using Found = wire::FindCoordinatorResponse::Coordinator;

constexpr int64_t kNodes = 1;  // there are no others to hold replicas

cluster::NewTopic OffsetsTopic(const config::BrokerConfig& config) {
  cluster::NewTopic topic;
  topic.name = cluster::kConsumerOffsetsTopic;
  topic.by_broker = true;
  topic.partitions = static_cast<int32_t>(config.Int("offsets.topic.num.partitions"));
  topic.replication_factor =
      static_cast<int16_t>(std::min(config.Int("offsets.topic.replication.factor"), kNodes));
  topic.overrides["cleanup.policy"] = "compact";
  topic.overrides["compression.type"] = "producer";
  topic.overrides["segment.bytes"] = fmt::to_string(config.Int("offsets.topic.segment.bytes"));
  return topic;
}

// On first use. If that fails the client hears that there is no coordinator, and comes again.
io::Task<void> MakeOffsetsTopic(RequestContext& context) {
  const std::vector<cluster::NewTopic> wanted{OffsetsTopic(*context.broker.config)};
  cluster::Controller* const controller = context.broker.controller;
  auto create = [&] { return controller->CreateTopics(wanted, /*validate_only=*/false); };
  const auto results = co_await CallHome(context, create);
  const cluster::TopicResult& result = results.at(0);
  if (result.error == ErrorCode::kNone) {
    LogInfo("created topic {} with {} partitions for {}", result.name, result.partitions,
            context.peer.address);
  } else if (result.error != ErrorCode::kTopicAlreadyExists) {
    LogError("could not create topic {}: {} {}", result.name, wire::Name(result.error),
             result.message);
  }
}

// An empty id is one, too: old clients commit offsets under it.
ErrorCode ErrorFor(const RequestContext& context, int8_t key_type, std::string_view key) {
  if (key_type == wire::kTransactionCoordinator) return ErrorCode::kCoordinatorNotAvailable;
  if (key_type != wire::kGroupCoordinator) return ErrorCode::kInvalidRequest;
  const auto place = PlaceOfGroup(context, key);
  if (!place) return ErrorCode::kCoordinatorNotAvailable;
  const cluster::PartitionState* const state =
      context.image().FindPartition(cluster::kConsumerOffsetsTopic, place->key.index);
  const bool led = state != nullptr && state->leader != cluster::kNoLeader;
  return led ? ErrorCode::kNone : ErrorCode::kCoordinatorNotAvailable;
}

std::string_view MessageOf(ErrorCode error, int8_t key_type) {
  if (error == ErrorCode::kInvalidRequest) return "coordinators of this type are not served";
  return key_type == wire::kTransactionCoordinator ? "transactions have no coordinator here"
                                                   : "the coordinator is not available yet";
}

Found Find(const RequestContext& context, int8_t key_type, std::string_view key) {
  Found found;
  found.key = key;
  found.error_code = ErrorFor(context, key_type, key);
  if (found.error_code != ErrorCode::kNone) {
    found.error_message = MessageOf(found.error_code, key_type);
    return found;
  }
  found.node_id = context.broker.node_id;
  found.host = context.advertised().host;
  found.port = context.advertised().port;
  return found;
}

}  // namespace

io::Task<absl::Status> HandleFindCoordinator(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::FindCoordinatorRequest>(body, context.version()));
  const bool for_groups = request.key_type == wire::kGroupCoordinator;
  if (for_groups && context.image().Find(cluster::kConsumerOffsetsTopic) == nullptr) {
    co_await MakeOffsetsTopic(context);
  }
  wire::FindCoordinatorResponse response;
  for (const std::string_view key : request.coordinator_keys) {
    response.coordinators.push_back(Find(context, request.key_type, key));
  }
  if (context.version() < 4) {
    const Found found = Find(context, request.key_type, request.key);
    response.error_code = found.error_code;
    response.error_message = found.error_message;
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
