// DescribeGroups, ListGroups, DeleteGroups: groups as administrators see them.

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/fan_out.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"
#include "server/coordinator/member_rules.h"
#include "server/wire/delete_groups.h"
#include "server/wire/describe_groups.h"
#include "server/wire/list_groups.h"

namespace varve::broker {
namespace {

using coordinator::GroupCoordinator;
using coordinator::GroupState;
using wire::ErrorCode;

// ---- DescribeGroups ----

constexpr int kUnknownGroupsSince = 6;  // GROUP_ID_NOT_FOUND, with a message

// A bit for each: read, delete, describe, and the same for its configuration.
constexpr int32_t kGroupOperations = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

struct Described : GroupQuestion {
  void Ask(const GroupCoordinator& groups) { found = groups.Describe(group_id); }

  coordinator::GroupDescription found{};
};

wire::DescribeGroupsResponse::Group ToResponse(const Described& described, int version) {
  wire::DescribeGroupsResponse::Group group;
  group.group_id = described.group_id;
  group.error_code = described.error;
  if (described.error != ErrorCode::kNone) return group;
  const coordinator::GroupRecord& record = described.found.record;
  group.group_state = coordinator::Name(described.found.state);
  if (described.found.state == GroupState::kDead && version >= kUnknownGroupsSince) {
    group.error_code = ErrorCode::kGroupIdNotFound;
    group.error_message = fmt::format("Group {} not found.", described.group_id);
  }
  group.protocol_type = record.protocol_type;
  if (record.protocol) group.protocol_data = *record.protocol;
  for (const coordinator::MemberRecord& each : record.members) {
    auto& member = group.members.emplace_back();
    member.member_id = each.id;
    if (each.instance_id) member.group_instance_id = *each.instance_id;
    member.client_id = each.client_id;
    member.client_host = each.client_host;
    member.member_metadata = {each.metadata};
    member.member_assignment = {each.assignment};
  }
  return group;
}

// ---- DeleteGroups ----

struct Deleted : GroupQuestion {
  io::Task<ErrorCode> Ask(GroupCoordinator& groups) { return groups.Delete(group_id); }
};

// ---- ListGroups ----

// What one shard has.
struct Listing {
  Shard* shard = nullptr;
  const wire::ListGroupsRequest* request = nullptr;
  std::vector<coordinator::ListedGroup> groups{};
  ErrorCode error = ErrorCode::kNone;
};

io::Task<void> ListHere(Listing& listing) {
  for (const auto& [key, groups] : listing.shard->groups().all()) {
    const ErrorCode error = groups->Enter();
    if (error == ErrorCode::kNone) {
      auto some = groups->List(listing.request->states_filter, listing.request->types_filter);
      groups->Leave();
      std::ranges::move(some, std::back_inserter(listing.groups));
    } else if (error == ErrorCode::kCoordinatorLoadInProgress) {
      listing.error = error;
    }
  }
  co_return;
}

// A question about each of these groups, in their order.
template <typename Question>
std::deque<Question> QuestionsOf(const std::vector<std::string_view>& ids) {
  std::deque<Question> questions;
  for (const std::string_view id : ids) {
    Question& question = questions.emplace_back();
    question.group_id = id;
    question.error = coordinator::CheckGroupId(id);
  }
  return questions;
}

io::Task<void> ListOn(RequestContext& context, Listing& listing) {
  auto list = [&] { return ListHere(listing); };
  co_await io::CallOn(context.shard.loop(), listing.shard->loop(), list);
}

}  // namespace

io::Task<absl::Status> HandleDescribeGroups(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeGroupsRequest>(body, context.version()));
  std::deque<Described> all = QuestionsOf<Described>(request.groups);
  co_await AskCoordinators(context, all);
  wire::DescribeGroupsResponse response;
  for (const Described& described : all) {
    response.groups.push_back(ToResponse(described, context.version()));
    if (!request.include_authorized_operations) continue;
    response.groups.back().authorized_operations = kGroupOperations;
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleListGroups(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::ListGroupsRequest>(body, context.version()));
  std::deque<Listing> listings;
  io::Gate listing(context.shard.loop());
  for (Shard* shard : context.broker.shards) {
    Listing& part = listings.emplace_back();
    part.shard = shard;
    part.request = &request;
    listing.Spawn(ListOn(context, part));
  }
  co_await listing.Close();
  wire::ListGroupsResponse response;
  for (const Listing& part : listings) {
    if (part.error != ErrorCode::kNone) response.error_code = part.error;
    for (const coordinator::ListedGroup& group : part.groups) {
      response.groups.push_back({group.id, group.protocol_type, group.state, group.type});
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleDeleteGroups(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DeleteGroupsRequest>(body, context.version()));
  std::deque<Deleted> all = QuestionsOf<Deleted>(request.groups_names);
  co_await AskCoordinators(context, all);
  wire::DeleteGroupsResponse response;
  for (const Deleted& deleted : all) response.results.push_back({deleted.group_id, deleted.error});
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
