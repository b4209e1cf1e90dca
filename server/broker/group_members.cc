// JoinGroup, SyncGroup, Heartbeat, LeaveGroup: requests become calls of the group's coordinator.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"
#include "server/coordinator/member_rules.h"
#include "server/wire/heartbeat.h"
#include "server/wire/join_group.h"
#include "server/wire/leave_group.h"
#include "server/wire/sync_group.h"

namespace varve::broker {
namespace {

using coordinator::GroupCoordinator;
using wire::ErrorCode;
using Text = std::optional<std::string_view>;

Text View(const std::optional<std::string>& text) { return text ? Text(*text) : std::nullopt; }

// ---- JoinGroup ----

// From when on requests and answers have what the field is about.
constexpr int kMemberIdRequiredSince = 4;
constexpr int kSkipAssignmentSince = 9;

std::vector<coordinator::Protocol> ProtocolsOf(const wire::JoinGroupRequest& request) {
  std::vector<coordinator::Protocol> protocols;
  protocols.reserve(request.protocols.size());
  for (const auto& each : request.protocols) protocols.push_back({each.name, each.metadata.bytes});
  return protocols;
}

coordinator::JoinCall CallOf(const RequestContext& context, const wire::JoinGroupRequest& request) {
  coordinator::JoinCall call;
  call.member_id = request.member_id;
  call.instance_id = request.group_instance_id;
  call.client_id = context.header.client_id;
  call.protocol_type = request.protocol_type;
  call.session_timeout_ms = request.session_timeout_ms;
  call.rebalance_timeout_ms =
      context.version() == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  call.member_id_required = context.version() >= kMemberIdRequiredSince;
  call.can_skip_assignment = context.version() >= kSkipAssignmentSince;
  call.fresh_id = context.shard.loop().random().NewId();
  return call;
}

wire::JoinGroupResponse ToResponse(const coordinator::JoinAnswer& answer) {
  wire::JoinGroupResponse response;
  response.error_code = answer.error;
  response.generation_id = answer.generation;
  response.protocol_type = View(answer.protocol_type);
  response.protocol_name = View(answer.protocol);
  response.leader = answer.leader;
  response.skip_assignment = answer.skip_assignment;
  response.member_id = answer.member_id;
  for (const coordinator::JoinedMember& member : answer.members) {
    response.members.push_back({member.id, View(member.instance_id), {member.metadata}});
  }
  return response;
}

// ---- LeaveGroup ----

constexpr int kLeaveInListsSince = 3;

std::vector<coordinator::Leaver> LeaversOf(const wire::LeaveGroupRequest& request, int version) {
  if (version < kLeaveInListsSince) return {{request.member_id, std::nullopt}};
  std::vector<coordinator::Leaver> leavers;
  leavers.reserve(request.members.size());
  for (const auto& each : request.members) {
    leavers.push_back({each.member_id, each.group_instance_id});
  }
  return leavers;
}

wire::LeaveGroupResponse ToResponse(ErrorCode error, const std::vector<coordinator::Leaver>& left,
                                    const std::vector<ErrorCode>& errors, int version) {
  wire::LeaveGroupResponse response;
  response.error_code = error;
  if (error != ErrorCode::kNone) return response;
  if (version < kLeaveInListsSince) {
    response.error_code = errors.at(0);
    return response;
  }
  for (size_t i = 0; i < left.size(); ++i) {
    response.members.push_back({left[i].member_id, left[i].instance_id, errors.at(i)});
  }
  return response;
}

}  // namespace

io::Task<absl::Status> HandleJoinGroup(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::JoinGroupRequest>(body, context.version()));
  const std::vector<coordinator::Protocol> protocols = ProtocolsOf(request);
  const std::string host = fmt::format("/{}", context.peer.host);
  coordinator::JoinCall call = CallOf(context, request);
  call.protocols = protocols;
  call.client_host = host;
  coordinator::JoinAnswer answer;
  ErrorCode error = coordinator::CheckGroupId(request.group_id);
  if (error == ErrorCode::kNone) {
    auto join = [&](GroupCoordinator& groups) {
      return groups.Join(request.group_id, call, answer);
    };
    error = co_await WaitForOthers(context, AskCoordinator(context, request.group_id, join));
  }
  if (error != ErrorCode::kNone) {
    answer.error = error;
    answer.member_id = request.member_id;
  }
  Respond(context, ToResponse(answer));
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleSyncGroup(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::SyncGroupRequest>(body, context.version()));
  std::vector<coordinator::MemberAssignment> assignments;
  assignments.reserve(request.assignments.size());
  for (const auto& each : request.assignments) {
    assignments.push_back({each.member_id, each.assignment.bytes});
  }
  coordinator::SyncCall call;
  call.claim = {request.member_id, request.group_instance_id, request.generation_id};
  call.protocol_type = request.protocol_type;
  call.protocol = request.protocol_name;
  call.assignments = assignments;
  coordinator::SyncAnswer answer;
  ErrorCode error = coordinator::CheckGroupId(request.group_id);
  if (error == ErrorCode::kNone) {
    auto sync = [&](GroupCoordinator& groups) {
      return groups.Sync(request.group_id, call, answer);
    };
    error = co_await WaitForOthers(context, AskCoordinator(context, request.group_id, sync));
  }
  wire::SyncGroupResponse response;
  response.error_code = error == ErrorCode::kNone ? answer.error : error;
  response.protocol_type = View(answer.protocol_type);
  response.protocol_name = View(answer.protocol);
  response.assignment = {answer.assignment};
  Respond(context, response);
  co_return absl::OkStatus();
}

// While a coordinator loads, members are not told: they would only ask who else it is.
io::Task<absl::Status> HandleHeartbeat(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::HeartbeatRequest>(body, context.version()));
  const coordinator::MemberClaim claim{request.member_id, request.group_instance_id,
                                       request.generation_id};
  ErrorCode error = coordinator::CheckGroupId(request.group_id);
  if (error == ErrorCode::kNone) {
    auto beat = [&](GroupCoordinator& groups) { return groups.Heartbeat(request.group_id, claim); };
    error = co_await AskCoordinator(context, request.group_id, beat);
  }
  wire::HeartbeatResponse response;
  if (error != ErrorCode::kCoordinatorLoadInProgress) response.error_code = error;
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleLeaveGroup(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::LeaveGroupRequest>(body, context.version()));
  const std::vector<coordinator::Leaver> leavers = LeaversOf(request, context.version());
  std::vector<ErrorCode> errors;
  ErrorCode error = coordinator::CheckGroupId(request.group_id);
  if (error == ErrorCode::kNone) {
    auto leave = [&](GroupCoordinator& groups) {
      return groups.LeaveGroup(request.group_id, leavers, errors);
    };
    error = co_await AskCoordinator(context, request.group_id, leave);
  }
  Respond(context, ToResponse(error, leavers, errors, context.version()));
  co_return absl::OkStatus();
}

}  // namespace varve::broker
