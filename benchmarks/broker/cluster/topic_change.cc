#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "benchmarks/broker/cluster/topic.h"
#include "engine/base/status.h"
#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_topics.h"
#include "tools/varve/client/errors.h"

namespace varve::bench {
namespace {

// What a controller makes at once: Apache Kafka writes 10,000 records at most, one for each
// partition and some more.
constexpr int32_t kPartitionsAtOnce = 5'000;
constexpr int kAttemptsMax = 200;  // while a topic of that name is still being removed

absl::StatusOr<wire::CreateTopicsRequest::Config> ToConfig(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(fmt::format("--config {}: give NAME=VALUE", text));
  }
  return wire::CreateTopicsRequest::Config{text.substr(0, equals), text.substr(equals + 1)};
}

absl::StatusOr<wire::CreateTopicsRequest> CreateRequest(const TopicSpec& spec) {
  wire::CreateTopicsRequest request;
  wire::CreateTopicsRequest::Topic& topic = request.topics.emplace_back();
  topic.name = spec.name;
  topic.num_partitions = std::min(spec.partitions, kPartitionsAtOnce);
  topic.replication_factor = spec.replication;
  for (const std::string& text : spec.configs) {
    ASSIGN_OR_RETURN(topic.configs.emplace_back(), ToConfig(text));
  }
  return request;
}

wire::ErrorCode CreateError(const wire::CreateTopicsResponse& response) {
  return response.topics.empty() ? wire::ErrorCode::kUnknownServerError
                                 : response.topics.front().error_code;
}

wire::ErrorCode DeleteError(const wire::DeleteTopicsResponse& response) {
  return response.topics.empty() ? wire::ErrorCode::kUnknownServerError
                                 : response.topics.front().error_code;
}

wire::ErrorCode GrowError(const wire::CreatePartitionsResponse& response) {
  return response.results.empty() ? wire::ErrorCode::kUnknownServerError
                                  : response.results.front().error_code;
}

// Adds partitions to a topic until it has as many as are wanted.
io::Task<absl::Status> GrowTopic(cli::Client& client, const TopicSpec& spec) {
  wire::CreatePartitionsRequest request;
  wire::CreatePartitionsRequest::Topic topic;
  topic.name = spec.name;
  request.topics.push_back(topic);
  request.timeout_ms = client.timeout_ms();
  for (int32_t count = kPartitionsAtOnce; count < spec.partitions;) {
    count = std::min(spec.partitions, count + kPartitionsAtOnce);
    request.topics.front().count = count;
    CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::CreatePartitionsResponse>(
                                              cli::Target::Controller(), request, GrowError));
    const wire::ErrorCode error = GrowError(reply.body);
    const auto& results = reply.body.results;
    const std::optional<std::string> said =
        results.empty() ? std::nullopt : results.front().error_message;
    const std::string what = fmt::format("raising topic {} to {} partitions", spec.name, count);
    CO_RETURN_IF_ERROR(cli::ToStatus(error, said, what));
  }
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> CreateTopic(cli::Client& client, const TopicSpec& spec, bool& created) {
  CO_ASSIGN_OR_RETURN(const wire::CreateTopicsRequest request, CreateRequest(spec));
  for (int attempt = 1;; ++attempt) {
    CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::CreateTopicsResponse>(
                                              cli::Target::Controller(), request, CreateError));
    const wire::ErrorCode error = CreateError(reply.body);
    created = error == wire::ErrorCode::kNone;
    if (created) co_return co_await GrowTopic(client, spec);
    const bool exists = error == wire::ErrorCode::kTopicAlreadyExists;
    if (exists && !spec.recreate) co_return absl::OkStatus();
    if (!exists || attempt == kAttemptsMax) {
      const auto& topics = reply.body.topics;
      const std::optional<std::string> said =
          topics.empty() ? std::nullopt : topics.front().error_message;
      co_return cli::ToStatus(error, said, fmt::format("making topic {}", spec.name));
    }
    co_await io::Sleep(client.loop(), cli::PauseBefore(1));
  }
}

io::Task<absl::Status> RemoveTopic(cli::Client& client, std::string name) {
  wire::DeleteTopicsRequest request;
  wire::DeleteTopicsRequest::Topic topic;
  topic.name = name;
  request.topics.push_back(topic);
  request.topic_names.push_back(name);
  request.timeout_ms = client.timeout_ms();
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::DeleteTopicsResponse>(
                                            cli::Target::Controller(), request, DeleteError));
  const wire::ErrorCode error = DeleteError(reply.body);
  if (error == wire::ErrorCode::kUnknownTopicOrPartition) co_return absl::OkStatus();
  co_return cli::ToStatus(error, "", fmt::format("removing topic {}", name));
}

}  // namespace varve::bench
