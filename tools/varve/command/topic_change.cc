#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_topics.h"
#include "tools/varve/client/errors.h"
#include "tools/varve/command/topic.h"
#include "tools/varve/facts/configs.h"
#include "tools/varve/facts/topics.h"

namespace varve::cli {
namespace {

using wire::ErrorCode;

constexpr int kNamesInDeletes = 5;  // the last version that has names alone

template <typename Response>
ErrorCode FirstTopicError(const Response& response) {
  return response.topics.empty() ? ErrorCode::kNone : response.topics.front().error_code;
}

ErrorCode FirstResultError(const wire::CreatePartitionsResponse& response) {
  return response.results.empty() ? ErrorCode::kNone : response.results.front().error_code;
}

wire::CreateTopicsRequest CreateRequest(const CreateTopicOptions& options, const Settings& settings,
                                        int32_t timeout_ms) {
  wire::CreateTopicsRequest request;
  request.timeout_ms = timeout_ms;
  request.validate_only = options.dry_run;
  for (const std::string& name : options.names) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = options.partitions;
    topic.replication_factor = options.replication;
    for (const auto& [key, value] : settings.set) topic.configs.push_back({key, value});
  }
  return request;
}

// What became of one topic, for people or for programs.
void Tell(Session& session, std::string_view done, std::string_view name,
          const std::string& details) {
  if (!session.json()) {
    session.out.Line(fmt::format("{} topic {}{}", done, name, details));
    return;
  }
  text::JsonWriter json;
  json.BeginObject().Field("topic", name).Field("result", done).EndObject();
  session.out.Print(json);
}

std::string Shape(const wire::CreateTopicsResponse::Topic& topic) {
  if (topic.num_partitions < 0) return "";
  return fmt::format(": {} partition{}, replication factor {}", topic.num_partitions,
                     topic.num_partitions == 1 ? "" : "s", topic.replication_factor);
}

// The topics that were made, with their partitions.
std::map<std::string, size_t> Created(const wire::CreateTopicsResponse& response, bool dry_run) {
  std::map<std::string, size_t> counts;
  for (const auto& topic : response.topics) {
    if (dry_run || topic.error_code != ErrorCode::kNone) continue;
    counts[std::string(topic.name)] = static_cast<size_t>(std::max(1, topic.num_partitions));
  }
  return counts;
}

io::Task<absl::Status> AddPartitions(Session& session, const AlterTopicOptions& options) {
  wire::CreatePartitionsRequest request;
  request.timeout_ms = session.client.timeout_ms();
  request.validate_only = options.dry_run;
  request.topics.push_back({options.name, options.partitions, std::nullopt});
  CO_ASSIGN_OR_RETURN(const auto reply,
                      co_await session.client.Call<wire::CreatePartitionsResponse>(
                          Target::Controller(), request, &FirstResultError));
  for (const auto& result : reply.body.results) {
    CO_RETURN_IF_ERROR(ToStatus(result.error_code, result.error_message,
                                fmt::format("topic {}", std::string(result.name))));
  }
  std::map<std::string, size_t> counts;
  if (!options.dry_run) counts[options.name] = static_cast<size_t>(options.partitions);
  co_await AwaitPartitions(session.client, std::move(counts));
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> CreateTopics(Session& session, const CreateTopicOptions& options) {
  CO_ASSIGN_OR_RETURN(const Settings settings, ParseSettings(options.configs, {}));
  const wire::CreateTopicsRequest request =
      CreateRequest(options, settings, session.client.timeout_ms());
  CO_ASSIGN_OR_RETURN(const auto reply, co_await session.client.Call<wire::CreateTopicsResponse>(
                                            Target::Controller(), request,
                                            &FirstTopicError<wire::CreateTopicsResponse>));
  co_await AwaitPartitions(session.client, Created(reply.body, options.dry_run));
  absl::Status result;
  for (const auto& topic : reply.body.topics) {
    const bool there = topic.error_code == ErrorCode::kTopicAlreadyExists && options.if_not_exists;
    if (options.quiet && (there || topic.error_code == ErrorCode::kNone)) continue;
    if (there) {
      Tell(session, "kept", topic.name, ", which exists");
    } else if (topic.error_code == ErrorCode::kNone) {
      Tell(session, options.dry_run ? "would create" : "created", topic.name, Shape(topic));
    } else {
      result.Update(ToStatus(topic.error_code, topic.error_message,
                             fmt::format("topic {}", std::string(topic.name))));
    }
  }
  co_return result;
}

io::Task<absl::Status> AlterTopic(Session& session, const AlterTopicOptions& options) {
  CO_ASSIGN_OR_RETURN(const Settings settings, ParseSettings(options.set, options.unset));
  if (options.partitions == 0 && settings.set.empty() && settings.unset.empty()) {
    co_return absl::InvalidArgumentError(
        "nothing to change: give --partitions, --config or --unset");
  }
  // For its words about a topic that is not there.
  std::vector<std::string> names{options.name};
  CO_ASSIGN_OR_RETURN(const auto topics, co_await NamedTopics(session.client, std::move(names)));
  const std::string_view done = options.dry_run ? "would alter" : "altered";
  if (options.partitions > 0) {
    CO_RETURN_IF_ERROR(co_await AddPartitions(session, options));
    Tell(session, done, options.name,
         fmt::format(": {} partitions, {} before", options.partitions,
                     topics.front().partitions.size()));
  }
  if (settings.set.empty() && settings.unset.empty()) co_return absl::OkStatus();
  Resource resource;
  resource.name = options.name;
  CO_RETURN_IF_ERROR(co_await ChangeConfigs(session.client, resource, settings, options.dry_run));
  Tell(session, done, options.name,
       fmt::format(": {} set, {} unset", settings.set.size(), settings.unset.size()));
  co_return absl::OkStatus();
}

io::Task<absl::Status> DeleteTopics(Session& session, const DeleteTopicOptions& options) {
  wire::DeleteTopicsRequest request;
  request.timeout_ms = session.client.timeout_ms();
  for (const std::string& name : options.names) request.topic_names.emplace_back(name);
  CO_ASSIGN_OR_RETURN(const auto reply,
                      co_await session.client.Call<wire::DeleteTopicsResponse>(
                          Target::Controller(), request,
                          &FirstTopicError<wire::DeleteTopicsResponse>, kNamesInDeletes));
  absl::Status result;
  for (const auto& topic : reply.body.topics) {
    const std::string name(topic.name.value_or(""));
    if (topic.error_code == ErrorCode::kNone) {
      Tell(session, "deleted", name, "");
    } else if (topic.error_code != ErrorCode::kUnknownTopicOrPartition) {
      result.Update(ToStatus(topic.error_code, topic.error_message, "topic " + name));
    } else if (options.if_exists) {
      Tell(session, "found no", name, "");
    } else {
      std::vector<std::string> names{name};
      const auto missing = co_await NamedTopics(session.client, std::move(names));
      result.Update(missing.status());
    }
  }
  co_return result;
}

}  // namespace varve::cli
