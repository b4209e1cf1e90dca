// ConsumerGroupHeartbeat, ConsumerGroupDescribe: groups of the newer protocol.

#include <fmt/format.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"
#include "server/coordinator/consumer/calls.h"
#include "server/coordinator/member_rules.h"
#include "server/wire/consumer_group_describe.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::broker {
namespace {

using coordinator::Assignment;
using coordinator::ConsumerGroupDescription;
using coordinator::ConsumerState;
using coordinator::GroupCoordinator;
using coordinator::HeartbeatAnswer;
using coordinator::HeartbeatCall;
using wire::ErrorCode;

// ---- ConsumerGroupHeartbeat ----

using Partitions = wire::ConsumerGroupHeartbeatPartitions;

constexpr int kClientsMakeIdsSince = 1;

Assignment ToAssignment(const std::vector<Partitions>& topics) {
  std::vector<coordinator::TopicPartition> partitions;
  for (const Partitions& topic : topics) {
    for (const int32_t each : topic.partitions) partitions.push_back({topic.topic_id, each});
  }
  return coordinator::ToAssignment(std::move(partitions));
}

HeartbeatCall CallOf(const RequestContext& context,
                     const wire::ConsumerGroupHeartbeatRequest& request) {
  HeartbeatCall call{.member_id = request.member_id,
                     .epoch = request.member_epoch,
                     .instance_id = request.instance_id,
                     .rack_id = request.rack_id,
                     .client_id = context.header.client_id,
                     .rebalance_timeout_ms = request.rebalance_timeout_ms,
                     .topics = request.subscribed_topic_names,
                     .regex = request.subscribed_topic_regex,
                     .assignor = request.server_assignor};
  if (request.topic_partitions) call.owned = ToAssignment(*request.topic_partitions);
  return call;
}

wire::ConsumerGroupHeartbeatResponse ToResponse(const HeartbeatAnswer& answer) {
  wire::ConsumerGroupHeartbeatResponse response;
  response.error_code = answer.error;
  if (answer.error != ErrorCode::kNone) {
    if (!answer.message.empty()) response.error_message = answer.message;
    return response;
  }
  response.member_id = answer.member_id;
  response.member_epoch = answer.epoch;
  response.heartbeat_interval_ms = answer.heartbeat_interval_ms;
  if (!answer.assignment) return response;
  auto& topics = response.assignment.emplace().topic_partitions;
  coordinator::ForEachTopic(*answer.assignment, [&](const Uuid& id, std::vector<int32_t> some) {
    topics.push_back({id, std::move(some)});
  });
  return response;
}

// ---- ConsumerGroupDescribe ----

// A bit for each: read, delete, describe, and the same for its configuration.
constexpr int32_t kGroupOperations = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

struct Described : GroupQuestion {
  void Ask(const GroupCoordinator& groups) {
    found = groups.DescribeConsumers(group_id);
    exists = groups.StandingOf(group_id).has_value();
  }

  ConsumerGroupDescription found{};
  bool exists = false;  // of whatever protocol
};

using Response = wire::ConsumerGroupDescribeResponse;

// Topics that are gone have no name.
Response::Assignment ToResponse(const cluster::Image& image, const Assignment& assignment) {
  Response::Assignment result;
  coordinator::ForEachTopic(assignment, [&](const Uuid& id, std::vector<int32_t> partitions) {
    const cluster::Topic* const topic = image.Find(id);
    if (topic == nullptr) return;
    result.topic_partitions.push_back({id, topic->name, std::move(partitions)});
  });
  return result;
}

Response::Member ToResponse(const cluster::Image& image,
                            const ConsumerGroupDescription::Member& each) {
  Response::Member member;
  const coordinator::MemberFacts& facts = each.facts;
  member.member_id = each.id;
  if (facts.instance_id) member.instance_id = *facts.instance_id;
  if (facts.rack_id) member.rack_id = *facts.rack_id;
  member.member_epoch = each.epoch;
  member.client_id = facts.client_id;
  member.client_host = facts.client_host;
  member.subscribed_topic_names.assign(facts.topics.begin(), facts.topics.end());
  if (facts.regex) member.subscribed_topic_regex = *facts.regex;
  member.assignment = ToResponse(image, each.assigned);
  member.target_assignment = ToResponse(image, each.target);
  member.member_type = wire::kConsumerMember;
  return member;
}

Response::Group ToResponse(const cluster::Image& image, const Described& described) {
  Response::Group group;
  group.group_id = described.group_id;
  group.error_code = described.error;
  if (described.error != ErrorCode::kNone) return group;
  const ConsumerGroupDescription& found = described.found;
  group.group_state = coordinator::Name(found.state);
  if (found.state == ConsumerState::kDead) {
    group.error_code = ErrorCode::kGroupIdNotFound;
    group.error_message = fmt::format("Group {} {}.", described.group_id,
                                      described.exists ? "is not a consumer group" : "not found");
    return group;
  }
  group.group_epoch = found.epoch;
  group.assignment_epoch = found.target_epoch;
  group.assignor_name = found.assignor;
  for (const auto& each : found.members) group.members.push_back(ToResponse(image, each));
  return group;
}

}  // namespace

io::Task<absl::Status> HandleConsumerGroupHeartbeat(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<wire::ConsumerGroupHeartbeatRequest>(
                                              body, context.version()));
  const std::string host = fmt::format("/{}", context.peer.host);
  std::string id;
  HeartbeatCall call = CallOf(context, request);
  call.client_host = host;
  const bool joins = call.epoch == wire::kJoinEpoch;
  if (call.member_id.empty() && joins && context.version() < kClientsMakeIdsSince) {
    id = context.shard.loop().random().NewId().ToString();
    call.member_id = id;
  }
  HeartbeatAnswer answer =
      coordinator::CheckHeartbeat(call, context.shard.limits().groups.consumer);
  if (request.group_id.empty()) {
    answer.error = ErrorCode::kInvalidRequest;
    answer.message = "GroupId can't be empty.";
  }
  if (answer.error == ErrorCode::kNone) {
    auto beat = [&](GroupCoordinator& groups) {
      return groups.ConsumerHeartbeat(request.group_id, call, answer);
    };
    const ErrorCode error = co_await AskCoordinator(context, request.group_id, beat);
    if (error != ErrorCode::kNone) answer.error = error;
  }
  Respond(context, ToResponse(answer));
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleConsumerGroupDescribe(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<wire::ConsumerGroupDescribeRequest>(
                                              body, context.version()));
  std::deque<Described> all;
  for (const std::string_view id : request.group_ids) {
    Described& described = all.emplace_back();
    described.group_id = id;
    described.error = coordinator::CheckGroupId(id);
  }
  co_await AskCoordinators(context, all);
  const cluster::ImageRef image = context.shard.image();  // keeps the names of topics
  Response response;
  for (const Described& described : all) {
    response.groups.push_back(ToResponse(*image, described));
    if (!request.include_authorized_operations) continue;
    response.groups.back().authorized_operations = kGroupOperations;
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
