// CreateTopics, DeleteTopics, CreatePartitions: requests become calls of the controller.

#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/config/describe.h"
#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_topics.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;

cluster::NewTopic ToNewTopic(const wire::CreateTopicsRequest::Topic& asked) {
  cluster::NewTopic topic;
  topic.name = asked.name;
  topic.partitions = asked.num_partitions;
  topic.replication_factor = asked.replication_factor;
  for (const auto& assignment : asked.assignments) {
    topic.assignments.push_back({assignment.partition_index, assignment.broker_ids});
  }
  for (const auto& config : asked.configs) {
    if (config.value) topic.overrides[std::string(config.name)] = *config.value;
  }
  return topic;
}

std::vector<wire::CreateTopicsResponse::Config> ConfigsOf(const RequestContext& context,
                                                          const cluster::Topic& topic) {
  std::vector<wire::CreateTopicsResponse::Config> configs;
  const std::vector<config::DescribedConfig> entries =
      config::DescribeTopic(topic.overrides, context.image().config());
  for (const config::DescribedConfig& entry : entries) {
    configs.push_back({entry.name, entry.value, entry.read_only, static_cast<int8_t>(entry.source),
                       entry.sensitive});
  }
  return configs;
}

wire::CreateTopicsResponse::Topic ToResponse(const RequestContext& context,
                                             const cluster::TopicResult& result) {
  wire::CreateTopicsResponse::Topic topic;
  topic.name = result.name;
  topic.topic_id = result.id;
  topic.error_code = result.error;
  if (!result.message.empty()) topic.error_message = result.message;
  topic.num_partitions = result.partitions;
  topic.replication_factor = result.replication_factor;
  topic.configs.emplace();
  if (result.topic != nullptr) topic.configs = ConfigsOf(context, *result.topic);
  return topic;
}

}  // namespace

io::Task<absl::Status> HandleCreateTopics(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::CreateTopicsRequest>(body, context.version()));
  std::vector<cluster::NewTopic> topics;
  for (const auto& asked : request.topics) topics.push_back(ToNewTopic(asked));
  cluster::Controller& controller = *context.broker.controller;
  auto create = [&] { return controller.CreateTopics(topics, request.validate_only); };
  const auto results = co_await CallHome(context, create);
  wire::CreateTopicsResponse response;
  for (const cluster::TopicResult& result : results) {
    response.topics.push_back(ToResponse(context, result));
    if (result.error == ErrorCode::kNone && !request.validate_only) {
      LogInfo("created topic {} with {} partitions", result.name, result.partitions);
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleDeleteTopics(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DeleteTopicsRequest>(body, context.version()));
  wire::DeleteTopicsResponse response;
  std::vector<cluster::TopicKey> keys;
  for (const std::string_view name : request.topic_names) keys.push_back({std::string(name), {}});
  for (const auto& topic : request.topics) {
    if (topic.name.has_value() != topic.topic_id.zero()) {
      response.topics.push_back({topic.name, topic.topic_id, ErrorCode::kInvalidRequest,
                                 "a topic is named either by its name or by its id"});
      continue;
    }
    keys.push_back({std::string(topic.name.value_or("")), topic.topic_id});
  }
  cluster::Controller& controller = *context.broker.controller;
  auto remove = [&] { return controller.DeleteTopics(keys); };
  const auto results = co_await CallHome(context, remove);
  for (const cluster::DeleteResult& result : results) {
    wire::DeleteTopicsResponse::Topic topic;
    if (!result.name.empty()) topic.name = result.name;
    topic.topic_id = result.id;
    topic.error_code = result.error;
    if (!result.message.empty()) topic.error_message = result.message;
    response.topics.push_back(topic);
    if (result.error == ErrorCode::kNone) LogInfo("deleted topic {}", result.name);
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleCreatePartitions(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::CreatePartitionsRequest>(body, context.version()));
  std::vector<cluster::MorePartitions> wanted;
  for (const auto& asked : request.topics) {
    cluster::MorePartitions more;
    more.topic = asked.name;
    more.count = asked.count;
    more.assigned = asked.assignments.has_value();
    if (asked.assignments) {
      for (const auto& assignment : *asked.assignments) {
        more.assignments.push_back(assignment.broker_ids);
      }
    }
    wanted.push_back(std::move(more));
  }
  cluster::Controller& controller = *context.broker.controller;
  auto create = [&] { return controller.CreatePartitions(wanted, request.validate_only); };
  const auto results = co_await CallHome(context, create);
  wire::CreatePartitionsResponse response;
  for (const cluster::PartitionsResult& result : results) {
    wire::CreatePartitionsResponse::Result entry;
    entry.name = result.name;
    entry.error_code = result.error;
    if (!result.message.empty()) entry.error_message = result.message;
    response.results.push_back(entry);
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
