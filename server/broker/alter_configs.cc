// AlterConfigs and IncrementalAlterConfigs: requests become calls of the controller.

#include "server/wire/alter_configs.h"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/config/property.h"
#include "server/config/value.h"

namespace varve::broker {
namespace {

using cluster::ConfigChange;
using wire::ConfigResource;

template <typename Config>
cluster::Alteration ToAlteration(const Config& config) {
  cluster::Alteration alteration;
  alteration.name = config.name;
  if (config.value) alteration.value = std::string(*config.value);
  if constexpr (requires { config.config_operation; }) {
    alteration.operation = config.config_operation;
  }
  return alteration;
}

template <typename Request>
std::vector<ConfigChange> ToChanges(const Request& request) {
  std::vector<ConfigChange> changes;
  for (const auto& resource : request.resources) {
    ConfigChange& change = changes.emplace_back();
    change.type = resource.resource_type;
    change.name = resource.resource_name;
    change.replace_all = std::is_same_v<Request, wire::AlterConfigsRequest>;
    for (const auto& config : resource.configs) change.alterations.push_back(ToAlteration(config));
  }
  return changes;
}

// A name that is in no table is kept, as Kafka does; most often it is a slip.
void WarnOfUnknown(const ConfigChange& change) {
  if (change.type != ConfigResource::kBroker) return;
  for (const cluster::Alteration& alteration : change.alterations) {
    const std::string_view name = alteration.name;
    const bool set = alteration.operation == wire::ConfigOperation::kSet;
    if (!set || config::FindBrokerProperty(name) != nullptr) continue;
    const std::string_view nearest = config::NearestName(config::BrokerProperties(), name);
    LogWarning("unknown property {} of a broker is kept, without effect{}{}", config::Shown(name),
               nearest.empty() ? "" : "; meant may be ", nearest);
  }
}

// Names alone: a value may be a secret.
void LogChange(const ConfigChange& change, const std::string& resource) {
  std::vector<std::string> names;
  names.reserve(change.alterations.size());
  for (const cluster::Alteration& alteration : change.alterations) {
    names.push_back(alteration.name);
  }
  LogInfo("altered {}: {}{}", config::Shown(resource), config::Shown(config::Join(names, ", ")),
          change.replace_all ? ", and nothing else is set" : "");
  WarnOfUnknown(change);
}

template <typename Request, typename Response>
io::Task<absl::Status> Alter(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<Request>(body, context.version()));
  const std::vector<ConfigChange> changes = ToChanges(request);
  cluster::Controller& controller = *context.broker.controller;
  auto alter = [&] { return controller.AlterConfigs(changes, request.validate_only); };
  const std::vector<cluster::ConfigResult> results = co_await CallHome(context, alter);
  Response response;
  for (size_t i = 0; i < results.size(); ++i) {
    const cluster::ConfigResult& result = results[i];
    wire::AlteredResource& altered = response.responses.emplace_back();
    altered.error_code = result.error;
    if (!result.message.empty()) altered.error_message = result.message;
    altered.resource_type = request.resources[i].resource_type;
    altered.resource_name = request.resources[i].resource_name;
    const bool changed = result.error == wire::ErrorCode::kNone && !request.validate_only;
    if (changed) LogChange(changes[i], result.name);
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> HandleAlterConfigs(RequestContext& context, wire::Reader& body) {
  return Alter<wire::AlterConfigsRequest, wire::AlterConfigsResponse>(context, body);
}

io::Task<absl::Status> HandleIncrementalAlterConfigs(RequestContext& context, wire::Reader& body) {
  return Alter<wire::IncrementalAlterConfigsRequest, wire::IncrementalAlterConfigsResponse>(context,
                                                                                            body);
}

}  // namespace varve::broker
