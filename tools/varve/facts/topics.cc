#include "tools/varve/facts/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/wire/describe_log_dirs.h"
#include "server/wire/list_offsets.h"
#include "server/wire/metadata.h"
#include "tools/text/near_names.h"
#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

using wire::ErrorCode;

constexpr int kAttemptsMax = 15;  // about 10 s, with the pauses between

TopicFacts ToFacts(const wire::MetadataResponse::Topic& topic) {
  TopicFacts facts;
  facts.name = topic.name.value_or("");
  facts.id = topic.topic_id;
  facts.internal = topic.is_internal;
  for (const auto& partition : topic.partitions) {
    facts.partitions.push_back({partition.partition_index, partition.leader_id,
                                partition.leader_epoch, partition.replica_nodes,
                                partition.isr_nodes});
  }
  std::sort(facts.partitions.begin(), facts.partitions.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return facts;
}

// A topic that was just made may not have leaders yet.
ErrorCode MetadataError(const wire::MetadataResponse& response) {
  for (const auto& topic : response.topics) {
    if (topic.error_code == ErrorCode::kLeaderNotAvailable) return topic.error_code;
  }
  return response.error_code;
}

io::Task<absl::StatusOr<Reply<wire::MetadataResponse>>> AskForTopics(
    Client& client, std::optional<std::vector<std::string>> names) {
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = false;
  if (names) {
    request.topics.emplace();
    for (const std::string& name : *names) request.topics->emplace_back().name = name;
  }
  co_return co_await client.Call<wire::MetadataResponse>(Target::Any(), request, &MetadataError);
}

std::vector<std::string> NamesOf(const std::vector<TopicFacts>& topics) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const TopicFacts& topic : topics) names.push_back(topic.name);
  return names;
}

bool AnyRetriable(const OffsetMap& offsets) {
  return std::any_of(offsets.begin(), offsets.end(),
                     [](const auto& entry) { return IsRetriable(entry.second.error); });
}

wire::ListOffsetsRequest OffsetsRequest(const std::vector<TopicFacts>& topics, int32_t leader,
                                        int64_t timestamp_ms) {
  wire::ListOffsetsRequest request;
  for (const TopicFacts& topic : topics) {
    wire::ListOffsetsRequest::Topic asked;
    asked.name = topic.name;
    for (const PartitionFacts& partition : topic.partitions) {
      if (partition.leader == leader)
        asked.partitions.push_back({partition.index, -1, timestamp_ms});
    }
    if (!asked.partitions.empty()) request.topics.push_back(std::move(asked));
  }
  return request;
}

std::vector<int32_t> LeadersOf(const std::vector<TopicFacts>& topics) {
  std::vector<int32_t> leaders;
  for (const TopicFacts& topic : topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      if (partition.leader >= 0) leaders.push_back(partition.leader);
    }
  }
  std::sort(leaders.begin(), leaders.end());
  leaders.erase(std::unique(leaders.begin(), leaders.end()), leaders.end());
  return leaders;
}

wire::DescribeLogDirsRequest SizesRequest(const std::vector<TopicFacts>& topics) {
  wire::DescribeLogDirsRequest request;
  request.topics.emplace();
  for (const TopicFacts& topic : topics) {
    auto& asked = request.topics->emplace_back();
    asked.topic = topic.name;
    for (const PartitionFacts& partition : topic.partitions) {
      asked.partitions.push_back(partition.index);
    }
  }
  return request;
}

void AddSizes(const wire::DescribeLogDirsResponse& response, SizeMap& sizes) {
  for (const auto& directory : response.results) {
    for (const auto& topic : directory.topics) {
      for (const auto& partition : topic.partitions) {
        if (partition.is_future_key) continue;
        int64_t& size = sizes[{std::string(topic.name), partition.partition_index}];
        size = std::max(size, partition.partition_size);
      }
    }
  }
}

io::Task<absl::StatusOr<OffsetMap>> AskLeaders(Client& client,
                                               const std::vector<TopicFacts>& topics,
                                               int64_t timestamp_ms) {
  OffsetMap offsets;
  for (const int32_t leader : LeadersOf(topics)) {
    wire::ListOffsetsRequest request = OffsetsRequest(topics, leader, timestamp_ms);
    request.timeout_ms = client.timeout_ms();
    CO_ASSIGN_OR_RETURN(const auto reply, co_await client.CallOnce<wire::ListOffsetsResponse>(
                                              Target::Broker(leader), request));
    for (const auto& topic : reply.body.topics) {
      for (const auto& partition : topic.partitions) {
        offsets[{std::string(topic.name), partition.index}] = {partition.error_code,
                                                               partition.offset};
      }
    }
  }
  co_return offsets;
}

// Who leads the same partitions by now.
io::Task<absl::Status> RefreshLeaders(Client& client, std::vector<TopicFacts>& topics) {
  CO_ASSIGN_OR_RETURN(const auto reply, co_await AskForTopics(client, NamesOf(topics)));
  std::map<TopicPartition, int32_t> leaders;
  for (const auto& topic : reply.body.topics) {
    const std::string name(topic.name.value_or(""));
    for (const auto& partition : topic.partitions) {
      leaders[{name, partition.partition_index}] = partition.leader_id;
    }
  }
  for (TopicFacts& topic : topics) {
    for (PartitionFacts& partition : topic.partitions) {
      const auto found = leaders.find({topic.name, partition.index});
      partition.leader = found == leaders.end() ? -1 : found->second;
    }
  }
  co_return absl::OkStatus();
}

// How many partitions of the topic have a leader.
size_t Led(const wire::MetadataResponse::Topic& topic) {
  return static_cast<size_t>(
      std::count_if(topic.partitions.begin(), topic.partitions.end(),
                    [](const auto& partition) { return partition.leader_id >= 0; }));
}

bool IsAsAwaited(const wire::MetadataResponse& response,
                 const std::map<std::string, size_t>& counts) {
  return std::all_of(response.topics.begin(), response.topics.end(), [&](const auto& topic) {
    const auto wanted = counts.find(std::string(topic.name.value_or("")));
    if (wanted == counts.end()) return true;
    if (wanted->second == 0) return topic.error_code == ErrorCode::kUnknownTopicOrPartition;
    return topic.error_code == ErrorCode::kNone && Led(topic) >= wanted->second;
  });
}

}  // namespace

io::Task<> AwaitPartitions(Client& client, std::map<std::string, size_t> counts) {
  std::vector<std::string> names;
  names.reserve(counts.size());
  for (const auto& [name, count] : counts) names.push_back(name);
  for (int attempt = 1; !names.empty() && attempt <= kAttemptsMax; ++attempt) {
    const auto reply = co_await AskForTopics(client, names);
    if (!reply.ok() || IsAsAwaited(reply->body, counts)) co_return;
    co_await io::Sleep(client.loop(), PauseBefore(attempt));
  }
}

io::Task<absl::StatusOr<std::vector<TopicFacts>>> AllTopics(Client& client) {
  CO_ASSIGN_OR_RETURN(const auto reply, co_await AskForTopics(client, std::nullopt));
  CO_RETURN_IF_ERROR(ToStatus(reply.body.error_code, "", "the list of topics"));
  std::vector<TopicFacts> topics;
  topics.reserve(reply.body.topics.size());
  for (const auto& topic : reply.body.topics) topics.push_back(ToFacts(topic));
  std::sort(topics.begin(), topics.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  co_return topics;
}

io::Task<absl::StatusOr<std::vector<TopicFacts>>> NamedTopics(Client& client,
                                                              std::vector<std::string> names) {
  CO_ASSIGN_OR_RETURN(const auto reply, co_await AskForTopics(client, names));
  std::map<std::string, TopicFacts> found;
  for (const auto& topic : reply.body.topics) {
    const std::string name(topic.name.value_or(""));
    if (topic.error_code == ErrorCode::kUnknownTopicOrPartition) {
      CO_ASSIGN_OR_RETURN(const auto all, co_await AllTopics(client));
      co_return NoSuchTopic(name, NamesOf(all));
    }
    CO_RETURN_IF_ERROR(ToStatus(topic.error_code, "", "topic " + name));
    found[name] = ToFacts(topic);
  }
  std::vector<TopicFacts> topics;
  topics.reserve(names.size());
  for (const std::string& name : names) topics.push_back(found[name]);
  co_return topics;
}

absl::Status NoSuchTopic(const std::string& name, const std::vector<std::string>& names) {
  const std::string meant = text::DidYouMean(name, names);
  return absl::NotFoundError(
      fmt::format("there is no topic {}{}", name,
                  meant.empty() ? "; varve topic list shows those that there are" : meant));
}

io::Task<absl::StatusOr<OffsetMap>> OffsetsAt(Client& client, std::vector<TopicFacts> topics,
                                              int64_t timestamp_ms) {
  for (int attempt = 1;; ++attempt) {
    CO_ASSIGN_OR_RETURN(OffsetMap offsets, co_await AskLeaders(client, topics, timestamp_ms));
    if (!AnyRetriable(offsets) || attempt >= kAttemptsMax) co_return offsets;
    co_await io::Sleep(client.loop(), PauseBefore(attempt));
    CO_RETURN_IF_ERROR(co_await RefreshLeaders(client, topics));
  }
}

io::Task<absl::StatusOr<SizeMap>> Sizes(Client& client, std::vector<TopicFacts> topics) {
  SizeMap sizes;
  const wire::DescribeLogDirsRequest request = SizesRequest(topics);
  CO_ASSIGN_OR_RETURN(const std::vector<int32_t> brokers, co_await client.Brokers());
  for (const int32_t broker : brokers) {
    const auto reply =
        co_await client.CallOnce<wire::DescribeLogDirsResponse>(Target::Broker(broker), request);
    if (reply.ok()) AddSizes(reply->body, sizes);
  }
  co_return sizes;
}

}  // namespace varve::cli
