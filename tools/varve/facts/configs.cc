#include "tools/varve/facts/configs.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/wire/alter_configs.h"
#include "tools/text/number.h"
#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

using wire::ConfigResource;
using wire::ConfigSource;

// What a broker says about itself, it alone knows.
Target TargetOf(const Resource& resource) {
  if (resource.type != ConfigResource::kBroker) return Target::Any();
  const auto id = text::ParseNumber<int32_t>(resource.name);
  return id ? Target::Broker(*id) : Target::Any();
}

wire::IncrementalAlterConfigsRequest ChangeRequest(const Resource& resource,
                                                   const Settings& settings, bool dry_run) {
  wire::IncrementalAlterConfigsRequest request;
  request.validate_only = dry_run;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = resource.type;
  asked.resource_name = resource.name;
  for (const auto& [name, value] : settings.set) {
    asked.configs.push_back({name, wire::ConfigOperation::kSet, value});
  }
  for (const std::string& name : settings.unset) {
    asked.configs.push_back({name, wire::ConfigOperation::kDelete, std::nullopt});
  }
  return request;
}

wire::ErrorCode FirstError(const wire::IncrementalAlterConfigsResponse& response) {
  return response.responses.empty() ? wire::ErrorCode::kNone
                                    : response.responses.front().error_code;
}

wire::ErrorCode FirstDescribeError(const wire::DescribeConfigsResponse& response) {
  return response.results.empty() ? wire::ErrorCode::kNone : response.results.front().error_code;
}

ConfigFacts ToFacts(const wire::DescribeConfigsResponse::Config& config) {
  ConfigFacts facts;
  facts.name = config.name;
  facts.value = config.value;
  facts.source = config.config_source;
  facts.read_only = config.read_only;
  facts.sensitive = config.is_sensitive;
  facts.documentation = config.documentation.value_or("");
  return facts;
}

}  // namespace

std::string Resource::ToString() const {
  if (type == ConfigResource::kTopic) return "topic " + name;
  return name.empty() ? "all brokers" : "broker " + name;
}

std::string_view SourceName(ConfigSource source) {
  switch (source) {
    case ConfigSource::kTopic:
      return "topic";
    case ConfigSource::kDynamicBroker:
      return "broker";
    case ConfigSource::kDynamicDefaultBroker:
      return "all brokers";
    case ConfigSource::kStaticBroker:
      return "configuration file";
    case ConfigSource::kDefault:
      return "default";
    case ConfigSource::kDynamicBrokerLogger:
      return "broker logger";
    case ConfigSource::kClientMetrics:
      return "client metrics";
    case ConfigSource::kGroup:
      return "group";
    default:
      return "unknown";
  }
}

bool IsSetOn(ConfigResource type, ConfigSource source) {
  if (type == ConfigResource::kTopic) return source == ConfigSource::kTopic;
  return source != ConfigSource::kDefault && source != ConfigSource::kUnknown;
}

io::Task<absl::StatusOr<std::vector<ConfigFacts>>> Configs(Client& client, Resource resource,
                                                           bool documentation) {
  wire::DescribeConfigsRequest request;
  request.include_documentation = documentation;
  request.resources.push_back({resource.type, resource.name, std::nullopt});
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::DescribeConfigsResponse>(
                                            TargetOf(resource), request, &FirstDescribeError));
  std::vector<ConfigFacts> configs;
  for (const auto& result : reply.body.results) {
    CO_RETURN_IF_ERROR(ToStatus(result.error_code, result.error_message, resource.ToString()));
    for (const auto& config : result.configs) configs.push_back(ToFacts(config));
  }
  std::sort(configs.begin(), configs.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  co_return configs;
}

absl::StatusOr<Settings> ParseSettings(const std::vector<std::string>& set,
                                       const std::vector<std::string>& unset) {
  Settings settings;
  for (const std::string& text : set) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("\"{}\" is not NAME=VALUE", text));
    }
    settings.set.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const std::string& name : unset) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return absl::InvalidArgumentError(
          fmt::format("\"{}\" is no name of a property: to unset one, give its name alone", name));
    }
    settings.unset.push_back(name);
  }
  return settings;
}

io::Task<absl::Status> ChangeConfigs(Client& client, Resource resource, Settings settings,
                                     bool dry_run) {
  const auto request = ChangeRequest(resource, settings, dry_run);
  const Target target =
      resource.type == ConfigResource::kBroker ? TargetOf(resource) : Target::Controller();
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::IncrementalAlterConfigsResponse>(
                                            target, request, &FirstError));
  for (const auto& result : reply.body.responses) {
    CO_RETURN_IF_ERROR(ToStatus(result.error_code, result.error_message, resource.ToString()));
  }
  co_return absl::OkStatus();
}

}  // namespace varve::cli
