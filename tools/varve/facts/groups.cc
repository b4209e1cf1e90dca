#include "tools/varve/facts/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/wire/consumer_group_describe.h"
#include "server/wire/describe_groups.h"
#include "server/wire/list_groups.h"
#include "server/wire/offset_fetch.h"
#include "tools/text/near_names.h"
#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

using wire::ErrorCode;

constexpr std::string_view kGone = "Dead";  // the state of a group that is not there
constexpr int kOneGroup = 7;                // the last version of OffsetFetch that asks for one

// What the leader of a group writes for each member, as Kafka's consumers do.
struct Assignment {
  struct Topic {
    std::string_view name{};
    std::vector<int32_t> partitions{};
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.partitions);
    }
  };

  int16_t version = 0;
  std::vector<Topic> topics{};
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.version, self.topics); }
};

template <typename Response>
ErrorCode ErrorOf(const Response& response) {
  return response.error_code;
}
template <typename Response>
ErrorCode FirstGroupError(const Response& response) {
  return response.groups.empty() ? ErrorCode::kNone : response.groups.front().error_code;
}

io::Task<absl::StatusOr<GroupFacts>> NoSuchGroup(Client& client, std::string name) {
  CO_ASSIGN_OR_RETURN(const auto all, co_await AllGroups(client));
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const GroupListed& group : all) names.push_back(group.name);
  const std::string meant = text::DidYouMean(name, names);
  co_return absl::NotFoundError(
      fmt::format("there is no group {}{}", name,
                  meant.empty() ? "; varve group list shows those that there are" : meant));
}

GroupFacts ToFacts(const wire::DescribeGroupsResponse::Group& group) {
  GroupFacts facts{std::string(group.group_id),
                   std::string(group.group_state),
                   "classic",
                   std::string(group.protocol_data),
                   {}};
  for (const auto& member : group.members) {
    facts.members.push_back(
        {std::string(member.member_id), std::string(member.group_instance_id.value_or("")),
         std::string(member.client_id), std::string(member.client_host),
         ParseAssignment(member.member_assignment.bytes).value_or(std::vector<TopicPartition>{})});
  }
  return facts;
}

GroupFacts ToFacts(const wire::ConsumerGroupDescribeResponse::Group& group) {
  GroupFacts facts{std::string(group.group_id),
                   std::string(group.group_state),
                   "consumer",
                   std::string(group.assignor_name),
                   {}};
  for (const auto& member : group.members) {
    MemberFacts& one = facts.members.emplace_back();
    one.id = member.member_id;
    one.instance = member.instance_id.value_or("");
    one.client = member.client_id;
    one.host = member.client_host;
    for (const auto& topic : member.assignment.topic_partitions) {
      for (const int32_t index : topic.partitions) {
        one.partitions.push_back({std::string(topic.topic_name), index});
      }
    }
  }
  return facts;
}

// A group of the newer protocol; nothing if it is none, or the broker knows of no such groups.
io::Task<absl::StatusOr<std::optional<GroupFacts>>> DescribeNewer(Client& client,
                                                                  std::string name) {
  wire::ConsumerGroupDescribeRequest request;
  request.group_ids.emplace_back(name);
  const auto reply = co_await client.Call<wire::ConsumerGroupDescribeResponse>(
      Target::Coordinator(name), request, &FirstGroupError<wire::ConsumerGroupDescribeResponse>);
  if (absl::IsUnimplemented(reply.status())) co_return std::nullopt;
  CO_RETURN_IF_ERROR(reply.status());
  for (const auto& group : reply->body.groups) {
    if (group.error_code == ErrorCode::kGroupIdNotFound ||
        group.error_code == ErrorCode::kUnsupportedVersion) {
      continue;
    }
    CO_RETURN_IF_ERROR(ToStatus(group.error_code, group.error_message, "group " + name));
    co_return ToFacts(group);
  }
  co_return std::nullopt;
}

}  // namespace

io::Task<absl::StatusOr<std::vector<GroupListed>>> AllGroups(Client& client) {
  CO_ASSIGN_OR_RETURN(const std::vector<int32_t> brokers, co_await client.Brokers());
  std::vector<GroupListed> groups;
  for (const int32_t broker : brokers) {
    const wire::ListGroupsRequest request;
    CO_ASSIGN_OR_RETURN(const auto reply,
                        co_await client.Call<wire::ListGroupsResponse>(
                            Target::Broker(broker), request, &ErrorOf<wire::ListGroupsResponse>));
    CO_RETURN_IF_ERROR(
        ToStatus(reply.body.error_code, "", fmt::format("the groups of broker {}", broker)));
    for (const auto& group : reply.body.groups) {
      groups.push_back({std::string(group.group_id), std::string(group.group_state),
                        std::string(group.group_type), std::string(group.protocol_type), broker});
    }
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  co_return groups;
}

io::Task<absl::StatusOr<GroupFacts>> DescribeGroup(Client& client, std::string name) {
  CO_ASSIGN_OR_RETURN(auto newer, co_await DescribeNewer(client, name));
  if (newer) co_return *std::move(newer);
  wire::DescribeGroupsRequest request;
  request.groups.emplace_back(name);
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::DescribeGroupsResponse>(
                                            Target::Coordinator(name), request,
                                            &FirstGroupError<wire::DescribeGroupsResponse>));
  for (const auto& group : reply.body.groups) {
    if (group.error_code == ErrorCode::kGroupIdNotFound) break;
    CO_RETURN_IF_ERROR(ToStatus(group.error_code, group.error_message, "group " + name));
    if (group.group_state != kGone) co_return ToFacts(group);
  }
  co_return co_await NoSuchGroup(client, name);
}

io::Task<absl::StatusOr<CommittedMap>> Committed(Client& client, std::string group) {
  wire::OffsetFetchRequest request;
  request.group_id = group;
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::OffsetFetchResponse>(
                                            Target::Coordinator(group), request,
                                            &ErrorOf<wire::OffsetFetchResponse>, kOneGroup));
  CO_RETURN_IF_ERROR(ToStatus(reply.body.error_code, "", "offsets of group " + group));
  CommittedMap committed;
  for (const auto& topic : reply.body.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.committed_offset < 0) continue;
      committed[{std::string(topic.name), partition.index}] = partition.committed_offset;
    }
  }
  co_return committed;
}

std::optional<std::vector<TopicPartition>> ParseAssignment(Bytes assignment) {
  wire::Reader reader(assignment);
  reader.Use(0, /*flexible=*/false);
  Assignment parsed;
  reader(parsed);
  if (!reader.ok()) return std::nullopt;
  std::vector<TopicPartition> partitions;
  for (const auto& topic : parsed.topics) {
    for (const int32_t index : topic.partitions) {
      partitions.push_back({std::string(topic.name), index});
    }
  }
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

}  // namespace varve::cli
