#pragma once

#include "engine/io/task.h"
#include "server/broker/context.h"
#include "server/wire/reader.h"

// The handlers of consumer groups and their offsets: see api_table.h.
namespace varve::broker {

// group_members.cc
io::Task<absl::Status> HandleJoinGroup(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleSyncGroup(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleHeartbeat(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleLeaveGroup(RequestContext& context, wire::Reader& body);
// offset_commit.cc, offset_fetch.cc, offset_delete.cc
io::Task<absl::Status> HandleOffsetCommit(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleOffsetFetch(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleOffsetDelete(RequestContext& context, wire::Reader& body);
// consumer_groups.cc
io::Task<absl::Status> HandleConsumerGroupHeartbeat(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleConsumerGroupDescribe(RequestContext& context, wire::Reader& body);
// groups.cc
io::Task<absl::Status> HandleDescribeGroups(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleListGroups(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDeleteGroups(RequestContext& context, wire::Reader& body);

}  // namespace varve::broker
