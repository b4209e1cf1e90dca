#include "server/wire/list_config_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "engine/base/status.h"
#include "server/broker/api_table.h"

namespace varve::broker {
namespace {

using wire::ConfigResource;
using Request = wire::ListConfigResourcesRequest;
using Response = wire::ListConfigResourcesResponse;

constexpr ConfigResource kAll[] = {ConfigResource::kTopic, ConfigResource::kBroker,
                                   ConfigResource::kBrokerLogger, ConfigResource::kClientMetrics,
                                   ConfigResource::kGroup};

void AddTopics(const cluster::Image& image, Response& response) {
  for (const cluster::TopicRef& topic : image.topics()) {
    response.config_resources.push_back({topic->name, ConfigResource::kTopic});
  }
}

// Groups and subscriptions to metrics have no properties here: there are none to name.
void Add(ConfigResource type, const cluster::Image& image, std::string_view broker_id,
         Response& response) {
  if (type == ConfigResource::kTopic) AddTopics(image, response);
  if (type == ConfigResource::kBroker || type == ConfigResource::kBrokerLogger) {
    response.config_resources.push_back({broker_id, type});
  }
}

bool Asked(const Request& request, ConfigResource type) {
  return request.resource_types.empty() || std::ranges::count(request.resource_types, type) > 0;
}

bool Known(ConfigResource type) { return std::ranges::count(kAll, type) > 0; }

}  // namespace

io::Task<absl::Status> HandleListConfigResources(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<Request>(body, context.version()));
  const std::string broker_id = fmt::to_string(context.broker.node_id);
  Response response;
  if (!std::ranges::all_of(request.resource_types, Known)) {
    response.error_code = wire::ErrorCode::kUnsupportedVersion;
  } else if (context.version() >= 1) {
    for (const ConfigResource type : kAll) {
      if (Asked(request, type)) Add(type, context.image(), broker_id, response);
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
