#include "benchmarks/broker/cluster/topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "engine/base/status.h"
#include "server/wire/fetch.h"
#include "server/wire/metadata.h"
#include "server/wire/produce.h"
#include "tools/varve/client/errors.h"

namespace varve::bench {
namespace {

using Described = cli::Reply<wire::MetadataResponse>;

// Of the topic, or of the first partition that has no leader yet: worth another attempt.
wire::ErrorCode MetadataError(const wire::MetadataResponse& response) {
  if (response.topics.empty()) return wire::ErrorCode::kUnknownTopicOrPartition;
  const auto& topic = response.topics.front();
  if (topic.error_code != wire::ErrorCode::kNone) return topic.error_code;
  for (const auto& partition : topic.partitions) {
    if (partition.leader_id < 0) return wire::ErrorCode::kLeaderNotAvailable;
  }
  return wire::ErrorCode::kNone;
}

io::Task<absl::StatusOr<Described>> Describe(cli::Client& client, std::string name) {
  wire::MetadataRequest request;
  wire::MetadataRequest::Topic asked;
  asked.name = name;
  request.topics.emplace().push_back(asked);
  request.allow_auto_topic_creation = false;
  co_return co_await client.Call<wire::MetadataResponse>(cli::Target::Any(), request,
                                                         MetadataError);
}

template <typename Api>
absl::StatusOr<int> VersionOf(const cli::Spoken& spoken) {
  const auto version = cli::CommonVersion({Api::kMin, Api::kMax}, spoken.Of(Api::kKey));
  if (version) return *version;
  return absl::UnimplementedError(
      fmt::format("the broker serves no version of {} that is known here", wire::Name(Api::kKey)));
}

absl::StatusOr<Topic> ToTopic(const wire::MetadataResponse& response, const TopicSpec& spec) {
  Topic topic;
  topic.name = spec.name;
  std::map<int32_t, io::Endpoint> brokers;
  for (const auto& broker : response.brokers) {
    brokers[broker.node_id] = {std::string(broker.host), static_cast<uint16_t>(broker.port)};
  }
  topic.id = response.topics.front().topic_id;
  for (const auto& partition : response.topics.front().partitions) {
    topic.partitions.push_back({partition.partition_index, brokers[partition.leader_id]});
  }
  std::sort(topic.partitions.begin(), topic.partitions.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return topic;
}

// What metadata of a topic that has just been made may still say.
bool NotThere(wire::ErrorCode error) {
  return error == wire::ErrorCode::kUnknownTopicOrPartition ||
         error == wire::ErrorCode::kLeaderNotAvailable;
}

io::Task<absl::StatusOr<Described>> DescribeOnceThere(cli::Client& client, TopicSpec spec) {
  constexpr int kAttempts = 100;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Described> reply = co_await Describe(client, spec.name);
    if (!reply.ok() || attempt == kAttempts) co_return reply;
    const auto wanted = static_cast<size_t>(spec.partitions);
    const bool there = !NotThere(MetadataError(reply->body)) &&
                       reply->body.topics.front().partitions.size() >= wanted;
    if (there) co_return reply;
    co_await io::Sleep(client.loop(), cli::PauseBefore(attempt));
  }
}

}  // namespace

std::vector<io::Endpoint> Topic::Leaders() const {
  std::vector<io::Endpoint> leaders;
  for (const Partition& partition : partitions) {
    const auto same = [&](const io::Endpoint& leader) {
      return leader.ToString() == partition.leader.ToString();
    };
    if (std::none_of(leaders.begin(), leaders.end(), same)) leaders.push_back(partition.leader);
  }
  return leaders;
}

std::vector<int32_t> Topic::LedBy(const io::Endpoint& leader) const {
  std::vector<int32_t> led;
  const std::string name_of_leader = leader.ToString();
  for (const Partition& partition : partitions) {
    if (partition.leader.ToString() == name_of_leader) led.push_back(partition.index);
  }
  return led;
}

io::Task<absl::StatusOr<Topic>> PrepareTopic(cli::Client& client, TopicSpec spec) {
  bool created = false;
  if (spec.recreate) CO_RETURN_IF_ERROR(co_await RemoveTopic(client, spec.name));
  if (spec.create || spec.recreate) {
    CO_RETURN_IF_ERROR(co_await CreateTopic(client, spec, created));
  }
  absl::StatusOr<Described> reply;
  if (created) {
    reply = co_await DescribeOnceThere(client, spec);
  } else {
    reply = co_await Describe(client, spec.name);
  }
  CO_RETURN_IF_ERROR(reply.status());
  const wire::ErrorCode error = MetadataError(reply->body);
  if (error == wire::ErrorCode::kUnknownTopicOrPartition) {
    co_return absl::NotFoundError(
        fmt::format("there is no topic {}; --create makes it", spec.name));
  }
  CO_RETURN_IF_ERROR(cli::ToStatus(error, "", fmt::format("topic {}", spec.name)));
  CO_ASSIGN_OR_RETURN(Topic topic, ToTopic(reply->body, spec));
  CO_ASSIGN_OR_RETURN(const cli::Spoken spoken, co_await client.SpokenBy(cli::Target::Any()));
  CO_ASSIGN_OR_RETURN(topic.produce_version, VersionOf<wire::ProduceApi>(spoken));
  CO_ASSIGN_OR_RETURN(topic.fetch_version, VersionOf<wire::FetchApi>(spoken));
  if (created) CO_RETURN_IF_ERROR(co_await AwaitServing(client, topic));
  co_return topic;
}

}  // namespace varve::bench
