#include "tests/server/wire/golden.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/wire/message.h"
#include "tests/server/wire/hex.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {
namespace {

const Golden& Messages() {
  static const Golden golden = LoadGolden(VARVE_GOLDEN_MESSAGES);
  return golden;
}

std::string ExpectedHex(const std::string& name, int version) {
  const auto found = Messages().find({name, version});
  return found == Messages().end() ? "missing" : found->second;
}

// Writes the sample, and reads the expected bytes, at each version.
template <typename Message>
void ExpectGolden(const std::string& name) {
  using Api = typename Message::Api;
  for (int version = Api::kMin; version <= Api::kMax; ++version) {
    SCOPED_TRACE(fmt::format("{} version {}", name, version));
    const std::string expected = ExpectedHex(name, version);
    Buffer written;
    Writer writer(written);
    EncodeBody(Sample<Message>(), version, writer);
    EXPECT_EQ(ToHex(written), expected);

    Buffer bytes = FromHex(expected);
    Reader reader = Reader::OverMutable(bytes);
    const auto decoded = DecodeBody<Message>(reader, version);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_TRUE(reader.rest().empty());
    Buffer again;
    Writer rewriter(again);
    EncodeBody(*decoded, version, rewriter);
    EXPECT_EQ(ToHex(again), expected);
  }
}

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
