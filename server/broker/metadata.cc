#include "server/wire/metadata.h"

#include <set>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/cluster/topic_rules.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;
using Response = wire::MetadataResponse;

Response::Partition Describe(const cluster::PartitionState& state, int32_t index) {
  Response::Partition partition;
  partition.partition_index = index;
  partition.leader_id = state.leader;
  partition.leader_epoch = state.leader_epoch;
  partition.replica_nodes = state.replicas;
  partition.isr_nodes = state.isr;
  if (state.leader == cluster::kNoLeader) partition.error_code = ErrorCode::kLeaderNotAvailable;
  return partition;
}

Response::Topic Describe(const cluster::Topic& topic) {
  Response::Topic result;
  result.name = topic.name;
  result.topic_id = topic.id;
  result.is_internal = topic.internal;
  int32_t index = 0;
  for (const cluster::PartitionState& state : topic.partitions) {
    result.partitions.push_back(Describe(state, index++));
  }
  return result;
}

Response::Topic Unknown(const wire::MetadataRequest::Topic& asked) {
  Response::Topic result;
  result.name = asked.name;
  result.topic_id = asked.topic_id;
  result.error_code = asked.name ? ErrorCode::kUnknownTopicOrPartition : ErrorCode::kUnknownTopicId;
  if (asked.name && !cluster::CheckTopicName(*asked.name).ok()) {
    result.error_code = ErrorCode::kInvalidTopicException;
  }
  return result;
}

Response::Topic Answer(const cluster::Image& image, const wire::MetadataRequest::Topic& asked) {
  const cluster::Topic* topic = asked.name ? image.Find(*asked.name) : image.Find(asked.topic_id);
  return topic != nullptr ? Describe(*topic) : Unknown(asked);
}

// The names that have to be made first, each once.
std::set<std::string> Missing(const cluster::Image& image, const wire::MetadataRequest& request) {
  std::set<std::string> missing;
  for (const auto& asked : *request.topics) {
    if (asked.name && image.Find(*asked.name) == nullptr &&
        cluster::CheckTopicName(*asked.name).ok()) {
      missing.emplace(*asked.name);
    }
  }
  return missing;
}

// Errors show as topics that are still unknown: the client asks again.
io::Task<void> CreateMissing(RequestContext& context, const wire::MetadataRequest& request) {
  std::vector<cluster::NewTopic> wanted;
  for (const std::string& name : Missing(context.image(), request)) {
    cluster::NewTopic topic;
    topic.name = name;
    wanted.push_back(std::move(topic));
  }
  if (wanted.empty()) co_return;
  cluster::Controller* controller = context.broker.controller;
  auto create = [&] { return controller->CreateTopics(wanted, /*validate_only=*/false); };
  const auto results = co_await CallHome(context, create);
  for (const cluster::TopicResult& result : results) {
    if (result.error == ErrorCode::kNone) {
      LogInfo("created topic {} on request of {}", result.name, context.peer.address);
    } else if (result.error != ErrorCode::kTopicAlreadyExists) {
      LogWarning("could not create topic {}: {}", result.name, result.message);
    }
  }
}

void AddTopics(const cluster::Image& image, const wire::MetadataRequest& request,
               Response& response) {
  if (!request.topics) {
    for (const cluster::TopicRef& topic : image.topics()) {
      response.topics.push_back(Describe(*topic));
    }
    return;
  }
  std::set<std::string_view> names;
  std::set<Uuid> ids;
  for (const auto& asked : *request.topics) {
    const bool first =
        asked.name ? names.insert(*asked.name).second : ids.insert(asked.topic_id).second;
    if (first) response.topics.push_back(Answer(image, asked));
  }
}

Response::Broker Self(const RequestContext& context) {
  Response::Broker broker;
  broker.node_id = context.broker.node_id;
  broker.host = context.advertised().host;
  broker.port = context.advertised().port;
  const std::string& rack = context.broker.config->settings().rack;
  if (!rack.empty()) broker.rack = rack;
  return broker;
}

}  // namespace

io::Task<absl::Status> HandleMetadata(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(auto request,
                      wire::DecodeBody<wire::MetadataRequest>(body, context.version()));
  if (context.version() == 0 && request.topics && request.topics->empty()) request.topics.reset();
  const bool may_create = context.version() < 4 || request.allow_auto_topic_creation;
  if (request.topics && may_create && context.broker.config->settings().auto_create_topics) {
    co_await CreateMissing(context, request);
  }
  const cluster::ImageRef image = context.shard.image();
  Response response;
  response.brokers.push_back(Self(context));
  response.cluster_id = image->cluster_id();
  response.controller_id = context.broker.node_id;
  AddTopics(*image, request, response);
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
