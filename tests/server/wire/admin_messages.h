#pragma once

#include <gtest/gtest.h>

#include "server/wire/acls.h"
#include "server/wire/alter_configs.h"
#include "server/wire/client_quotas.h"
#include "server/wire/delete_records.h"
#include "server/wire/describe_configs.h"
#include "server/wire/describe_log_dirs.h"
#include "server/wire/describe_producers.h"
#include "server/wire/describe_topic_partitions.h"
#include "server/wire/elect_leaders.h"
#include "server/wire/list_config_resources.h"
#include "server/wire/reassignments.h"
#include "server/wire/scram_credentials.h"
#include "server/wire/telemetry.h"

namespace varve::wire {

// The messages of administration that all_messages.h does not have, by family.
using AdminMessages =
    ::testing::Types<DescribeConfigsRequest, DescribeConfigsResponse, AlterConfigsRequest,
                     AlterConfigsResponse, IncrementalAlterConfigsRequest,
                     IncrementalAlterConfigsResponse, DeleteRecordsRequest, DeleteRecordsResponse,
                     DescribeLogDirsRequest, DescribeLogDirsResponse, DescribeProducersRequest,
                     DescribeProducersResponse, DescribeTopicPartitionsRequest,
                     DescribeTopicPartitionsResponse, ElectLeadersRequest, ElectLeadersResponse,
                     AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
                     ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
                     ListConfigResourcesRequest, ListConfigResourcesResponse>;
using SecurityMessages = ::testing::Types<
    DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DescribeAclsRequest,
    DescribeAclsResponse, CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest,
    DeleteAclsResponse, DescribeClientQuotasRequest, DescribeClientQuotasResponse,
    AlterClientQuotasRequest, AlterClientQuotasResponse, GetTelemetrySubscriptionsRequest,
    GetTelemetrySubscriptionsResponse, PushTelemetryRequest, PushTelemetryResponse>;

}  // namespace varve::wire
