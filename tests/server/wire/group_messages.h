#pragma once

#include <gtest/gtest.h>

#include "server/wire/consumer_group_describe.h"
#include "server/wire/consumer_group_heartbeat.h"
#include "server/wire/delete_groups.h"
#include "server/wire/describe_groups.h"
#include "server/wire/heartbeat.h"
#include "server/wire/init_producer_id.h"
#include "server/wire/join_group.h"
#include "server/wire/leave_group.h"
#include "server/wire/list_groups.h"
#include "server/wire/offset_commit.h"
#include "server/wire/offset_delete.h"
#include "server/wire/offset_fetch.h"
#include "server/wire/sync_group.h"

namespace varve::wire {

// The messages of groups and producers.
using GroupMessages = ::testing::Types<
    JoinGroupRequest, JoinGroupResponse, SyncGroupRequest, SyncGroupResponse, HeartbeatRequest,
    HeartbeatResponse, LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest,
    OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse, OffsetDeleteRequest,
    OffsetDeleteResponse, DescribeGroupsRequest, DescribeGroupsResponse, ListGroupsRequest,
    ListGroupsResponse, DeleteGroupsRequest, DeleteGroupsResponse, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse,
    InitProducerIdRequest, InitProducerIdResponse>;

}  // namespace varve::wire
