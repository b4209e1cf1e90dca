#include "server/wire/describe_configs.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "server/broker/api_table.h"
#include "server/cluster/config_rules.h"
#include "server/config/describe.h"

namespace varve::broker {
namespace {

using wire::ConfigResource;
using wire::ErrorCode;
using Request = wire::DescribeConfigsRequest;
using Response = wire::DescribeConfigsResponse;

// About how much memory one answer may take. A resource named over and over costs few bytes to
// ask for, and thousands to answer.
constexpr size_t kAnswerBytesMax = size_t{64} << 20;
// So many are answered on the loop; more take their time on the pool.
constexpr size_t kResourcesOnLoopMax = 2;

Response::Config ToResponse(const config::DescribedConfig& entry, const Request& request) {
  Response::Config config;
  config.name = entry.name;
  config.value = entry.value;
  config.read_only = entry.read_only;
  config.config_source = static_cast<wire::ConfigSource>(entry.source);
  config.is_sensitive = entry.sensitive;
  config.config_type = static_cast<wire::ConfigType>(entry.type);
  if (request.include_documentation) config.documentation = entry.doc;
  if (!request.include_synonyms) return config;
  for (const config::DescribedSynonym& synonym : entry.synonyms) {
    config.synonyms.push_back(
        {synonym.name, synonym.value, static_cast<wire::ConfigSource>(synonym.source)});
  }
  return config;
}

// What there is to say of a resource that exists.
std::vector<config::DescribedConfig> EntriesOf(const Request::Resource& resource,
                                               const cluster::Image& image) {
  if (resource.resource_type == ConfigResource::kTopic) {
    return config::DescribeTopic(image.Find(resource.resource_name)->overrides, image.config());
  }
  // Loggers, groups and metrics have nothing that could be set.
  if (resource.resource_type != ConfigResource::kBroker) return {};
  return resource.resource_name.empty() ? config::DescribeAllBrokers(image.config())
                                        : config::DescribeBroker(image.config());
}

cluster::Verdict Check(const Request::Resource& resource, const cluster::Image& image) {
  cluster::Verdict verdict = cluster::CheckConfigResource(
      resource.resource_type, std::string(resource.resource_name), image.node_id());
  const bool of_topic = resource.resource_type == ConfigResource::kTopic;
  if (verdict.ok() && of_topic && image.Find(resource.resource_name) == nullptr) {
    verdict.error = ErrorCode::kUnknownTopicOrPartition;
  }
  return verdict;
}

size_t BytesOf(const Response::Config& config) {
  size_t bytes = sizeof(config);
  if (config.value) bytes += config.value->size();
  if (config.documentation) bytes += config.documentation->size();
  for (const Response::Synonym& synonym : config.synonyms) {
    bytes += sizeof(synonym) + (synonym.value ? synonym.value->size() : 0);
  }
  return bytes;
}

// Describes one resource; what that took goes off `bytes_left`, also for what was not asked for.
void Describe(const Request& request, const Request::Resource& resource,
              const cluster::Image& image, size_t& bytes_left, Response::Result& result) {
  std::set<std::string_view> asked;
  if (resource.configuration_keys) {
    asked.insert(resource.configuration_keys->begin(), resource.configuration_keys->end());
  }
  for (const config::DescribedConfig& entry : EntriesOf(resource, image)) {
    Response::Config config = ToResponse(entry, request);
    bytes_left -= std::min(bytes_left, BytesOf(config));
    if (asked.empty() || asked.contains(entry.name)) result.configs.push_back(std::move(config));
  }
}

Response Answer(const Request& request, const cluster::Image& image) {
  Response response;
  size_t bytes_left = kAnswerBytesMax;
  for (const Request::Resource& resource : request.resources) {
    Response::Result& result = response.results.emplace_back();
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    cluster::Verdict verdict = Check(resource, image);
    if (verdict.ok() && bytes_left == 0) {
      verdict = {ErrorCode::kInvalidRequest, "too much for one answer: ask for fewer at a time"};
    }
    result.error_code = verdict.error;
    if (!verdict.message.empty()) result.error_message = std::move(verdict.message);
    if (verdict.ok()) Describe(request, resource, image, bytes_left, result);
  }
  return response;
}

}  // namespace

io::Task<absl::Status> HandleDescribeConfigs(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<Request>(body, context.version()));
  // The answer has views of it.
  const cluster::ImageRef image = context.shard.image();
  auto answer = [&] { return Answer(request, *image); };
  if (request.resources.size() <= kResourcesOnLoopMax) {
    Respond(context, answer());
  } else {
    const Response response = co_await io::Offload(context.shard.loop(), answer);
    Respond(context, response);
  }
  co_return absl::OkStatus();
}

}  // namespace varve::broker
