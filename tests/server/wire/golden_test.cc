#include "tests/server/wire/golden_messages.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {
namespace {

TEST(Golden, ApiVersions) {
  ExpectGolden<ApiVersionsRequest>("ApiVersionsRequest");
  ExpectGolden<ApiVersionsResponse>("ApiVersionsResponse");
}

TEST(Golden, Metadata) {
  ExpectGolden<MetadataRequest>("MetadataRequest");
  ExpectGolden<MetadataResponse>("MetadataResponse");
}

TEST(Golden, Produce) {
  ExpectGolden<ProduceRequest>("ProduceRequest");
  ExpectGolden<ProduceResponse>("ProduceResponse");
}

TEST(Golden, Fetch) {
  ExpectGolden<FetchRequest>("FetchRequest");
  ExpectGolden<FetchResponse>("FetchResponse");
}

TEST(Golden, ListOffsets) {
  ExpectGolden<ListOffsetsRequest>("ListOffsetsRequest");
  ExpectGolden<ListOffsetsResponse>("ListOffsetsResponse");
}

TEST(Golden, OffsetForLeaderEpoch) {
  ExpectGolden<OffsetForLeaderEpochRequest>("OffsetForLeaderEpochRequest");
  ExpectGolden<OffsetForLeaderEpochResponse>("OffsetForLeaderEpochResponse");
}

TEST(Golden, CreateTopics) {
  ExpectGolden<CreateTopicsRequest>("CreateTopicsRequest");
  ExpectGolden<CreateTopicsResponse>("CreateTopicsResponse");
}

TEST(Golden, DeleteTopics) {
  ExpectGolden<DeleteTopicsRequest>("DeleteTopicsRequest");
  ExpectGolden<DeleteTopicsResponse>("DeleteTopicsResponse");
}

TEST(Golden, CreatePartitions) {
  ExpectGolden<CreatePartitionsRequest>("CreatePartitionsRequest");
  ExpectGolden<CreatePartitionsResponse>("CreatePartitionsResponse");
}

TEST(Golden, DescribeCluster) {
  ExpectGolden<DescribeClusterRequest>("DescribeClusterRequest");
  ExpectGolden<DescribeClusterResponse>("DescribeClusterResponse");
}

TEST(Golden, FindCoordinator) {
  ExpectGolden<FindCoordinatorRequest>("FindCoordinatorRequest");
  ExpectGolden<FindCoordinatorResponse>("FindCoordinatorResponse");
}

}  // namespace
}  // namespace varve::wire
