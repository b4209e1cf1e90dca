#include "tests/server/wire/admin_messages.h"
#include "tests/server/wire/golden_messages.h"

namespace varve::wire {
namespace {

TEST(Golden, DescribeConfigs) {
  ExpectGolden<DescribeConfigsRequest>("DescribeConfigsRequest");
  ExpectGolden<DescribeConfigsResponse>("DescribeConfigsResponse");
}

TEST(Golden, AlterConfigs) {
  ExpectGolden<AlterConfigsRequest>("AlterConfigsRequest");
  ExpectGolden<AlterConfigsResponse>("AlterConfigsResponse");
  ExpectGolden<IncrementalAlterConfigsRequest>("IncrementalAlterConfigsRequest");
  ExpectGolden<IncrementalAlterConfigsResponse>("IncrementalAlterConfigsResponse");
}

TEST(Golden, ListConfigResources) {
  ExpectGolden<ListConfigResourcesRequest>("ListConfigResourcesRequest");
  ExpectGolden<ListConfigResourcesResponse>("ListConfigResourcesResponse");
}

TEST(Golden, DeleteRecords) {
  ExpectGolden<DeleteRecordsRequest>("DeleteRecordsRequest");
  ExpectGolden<DeleteRecordsResponse>("DeleteRecordsResponse");
}

TEST(Golden, DescribeLogDirs) {
  ExpectGolden<DescribeLogDirsRequest>("DescribeLogDirsRequest");
  ExpectGolden<DescribeLogDirsResponse>("DescribeLogDirsResponse");
}

TEST(Golden, DescribeProducers) {
  ExpectGolden<DescribeProducersRequest>("DescribeProducersRequest");
  ExpectGolden<DescribeProducersResponse>("DescribeProducersResponse");
}

TEST(Golden, DescribeTopicPartitions) {
  ExpectGolden<DescribeTopicPartitionsRequest>("DescribeTopicPartitionsRequest");
  ExpectGolden<DescribeTopicPartitionsResponse>("DescribeTopicPartitionsResponse");
}

TEST(Golden, ElectLeaders) {
  ExpectGolden<ElectLeadersRequest>("ElectLeadersRequest");
  ExpectGolden<ElectLeadersResponse>("ElectLeadersResponse");
}

TEST(Golden, Reassignments) {
  ExpectGolden<AlterPartitionReassignmentsRequest>("AlterPartitionReassignmentsRequest");
  ExpectGolden<AlterPartitionReassignmentsResponse>("AlterPartitionReassignmentsResponse");
  ExpectGolden<ListPartitionReassignmentsRequest>("ListPartitionReassignmentsRequest");
  ExpectGolden<ListPartitionReassignmentsResponse>("ListPartitionReassignmentsResponse");
}

TEST(Golden, ScramCredentials) {
  ExpectGolden<DescribeUserScramCredentialsRequest>("DescribeUserScramCredentialsRequest");
  ExpectGolden<DescribeUserScramCredentialsResponse>("DescribeUserScramCredentialsResponse");
  ExpectGolden<AlterUserScramCredentialsRequest>("AlterUserScramCredentialsRequest");
  ExpectGolden<AlterUserScramCredentialsResponse>("AlterUserScramCredentialsResponse");
}

TEST(Golden, Acls) {
  ExpectGolden<DescribeAclsRequest>("DescribeAclsRequest");
  ExpectGolden<DescribeAclsResponse>("DescribeAclsResponse");
  ExpectGolden<CreateAclsRequest>("CreateAclsRequest");
  ExpectGolden<CreateAclsResponse>("CreateAclsResponse");
  ExpectGolden<DeleteAclsRequest>("DeleteAclsRequest");
  ExpectGolden<DeleteAclsResponse>("DeleteAclsResponse");
}

TEST(Golden, ClientQuotas) {
  ExpectGolden<DescribeClientQuotasRequest>("DescribeClientQuotasRequest");
  ExpectGolden<DescribeClientQuotasResponse>("DescribeClientQuotasResponse");
  ExpectGolden<AlterClientQuotasRequest>("AlterClientQuotasRequest");
  ExpectGolden<AlterClientQuotasResponse>("AlterClientQuotasResponse");
}

TEST(Golden, Telemetry) {
  ExpectGolden<GetTelemetrySubscriptionsRequest>("GetTelemetrySubscriptionsRequest");
  ExpectGolden<GetTelemetrySubscriptionsResponse>("GetTelemetrySubscriptionsResponse");
  ExpectGolden<PushTelemetryRequest>("PushTelemetryRequest");
  ExpectGolden<PushTelemetryResponse>("PushTelemetryResponse");
}

}  // namespace
}  // namespace varve::wire
