#pragma once

#include <gtest/gtest.h>

#include "server/wire/api_versions.h"
#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_topics.h"
#include "server/wire/describe_cluster.h"
#include "server/wire/fetch.h"
#include "server/wire/find_coordinator.h"
#include "server/wire/list_offsets.h"
#include "server/wire/metadata.h"
#include "server/wire/offset_for_leader_epoch.h"
#include "server/wire/produce.h"

namespace varve::wire {

using AllMessages =
    ::testing::Types<ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse,
                     ProduceRequest, ProduceResponse, FetchRequest, FetchResponse,
                     ListOffsetsRequest, ListOffsetsResponse, OffsetForLeaderEpochRequest,
                     OffsetForLeaderEpochResponse, CreateTopicsRequest, CreateTopicsResponse,
                     DeleteTopicsRequest, DeleteTopicsResponse, CreatePartitionsRequest,
                     CreatePartitionsResponse, DescribeClusterRequest, DescribeClusterResponse,
                     FindCoordinatorRequest, FindCoordinatorResponse>;

}  // namespace varve::wire
