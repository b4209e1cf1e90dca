#include <gtest/gtest.h>

#include <limits>

#include "engine/base/byte_order.h"
#include "server/broker/api_table.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// Every API answers in every version that is advertised, so that our own decoder reads it.
namespace varve::broker::test {
namespace {

using wire::ErrorCode;

template <typename Request>
class EveryVersion : public ::testing::Test {};

using Requests = ::testing::Types<
    wire::ApiVersionsRequest, wire::MetadataRequest, wire::ProduceRequest, wire::FetchRequest,
    wire::ListOffsetsRequest, wire::OffsetForLeaderEpochRequest, wire::CreateTopicsRequest,
    wire::DeleteTopicsRequest, wire::CreatePartitionsRequest, wire::DescribeClusterRequest,
    wire::InitProducerIdRequest, wire::DeleteRecordsRequest, wire::DescribeAclsRequest,
    wire::CreateAclsRequest, wire::DeleteAclsRequest, wire::DescribeLogDirsRequest,
    wire::ElectLeadersRequest, wire::AlterPartitionReassignmentsRequest,
    wire::ListPartitionReassignmentsRequest, wire::DescribeClientQuotasRequest,
    wire::AlterClientQuotasRequest, wire::DescribeUserScramCredentialsRequest,
    wire::AlterUserScramCredentialsRequest, wire::DescribeProducersRequest,
    wire::DescribeTopicPartitionsRequest, wire::DescribeConfigsRequest, wire::AlterConfigsRequest,
    wire::IncrementalAlterConfigsRequest, wire::ListConfigResourcesRequest>;
TYPED_TEST_SUITE(EveryVersion, Requests);

// One entry about topic "t", whatever the version names it by.
template <typename Request>
void AddEntry(Request& request, const Uuid& id) {
  if constexpr (requires { request.topics[0].partitions; }) {
    auto& topic = request.topics.emplace_back();
    if constexpr (requires { topic.topic_id; }) topic.topic_id = id;
    topic.name = "t";
    topic.partitions.emplace_back();
  }
  if constexpr (requires { request.resources[0].resource_type; }) {
    request.resources.emplace_back().resource_type = wire::ConfigResource::kTopic;
    request.resources[0].resource_name = "t";
  }
}

TYPED_TEST(EveryVersion, IsAnswered) {
  using Api = typename TypeParam::Api;
  Machine machine;
  CreateTopic(machine.client(), "t");
  const Uuid id = TopicId(machine.client(), "t");
  const ApiEntry* entry = FindApi(Api::kKey);
  ASSERT_NE(entry, nullptr);
  for (int version = entry->min_version; version <= entry->max_version; ++version) {
    SCOPED_TRACE(version);
    TypeParam request;
    if constexpr (requires { request.acks; }) request.acks = 1;
    if constexpr (requires { request.validate_only; }) request.validate_only = true;
    AddEntry(request, id);
    machine.client().Send(request, version);
    const auto answer = machine.client().TryReceive<ResponseOf<TypeParam>>(version);
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
}

TEST(ApiVersions, TellWhatIsServed) {
  Machine machine;
  const auto answer = machine.client().Call(wire::ApiVersionsRequest{}, 4);
  ASSERT_EQ(answer.api_keys.size(), ApiTable().size());
  for (size_t i = 0; i < answer.api_keys.size(); ++i) {
    EXPECT_EQ(answer.api_keys[i].api_key, ApiTable()[i].key);
    EXPECT_EQ(answer.api_keys[i].max_version, ApiTable()[i].max_version);
  }
  EXPECT_EQ(answer.api_keys[0].min_version, 0) << "older librdkafka looks for Produce 0";
}

// The header of a request, by hand: any key, any version.
Buffer HeaderOf(int16_t key, int16_t version) {
  Buffer frame(4 + 2 + 2 + 4 + 2 + 1);
  StoreBigEndian<int32_t>(&frame[0], static_cast<int32_t>(frame.size() - 4));
  StoreBigEndian<int16_t>(&frame[4], key);
  StoreBigEndian<int16_t>(&frame[6], version);
  StoreBigEndian<int32_t>(&frame[8], 1);
  StoreBigEndian<int16_t>(&frame[12], -1);
  return frame;
}

TEST(ApiVersions, AnUnknownVersionIsAnsweredInVersion0) {
  Machine machine;
  machine.client().SendBytes(HeaderOf(18, 99));
  const auto answer = machine.client().Receive<wire::ApiVersionsResponse>(0);
  EXPECT_EQ(answer.error_code, ErrorCode::kUnsupportedVersion);
  ASSERT_EQ(answer.api_keys.size(), 1u);
  EXPECT_EQ(answer.api_keys[0].api_key, wire::ApiKey::kApiVersions);
  EXPECT_EQ(answer.api_keys[0].max_version, 4);
}

size_t LinesWith(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// What the broker does with bytes from a client beside whom another one works on.
void ExpectClosedWithOneLine(const Buffer& bytes) {
  Machine machine;
  Client& good = machine.client();
  Client& bad = machine.Connect();
  ::testing::internal::CaptureStderr();
  bad.SendBytes(bytes);
  EXPECT_TRUE(bad.Closed());
  EXPECT_EQ(good.Call(wire::ApiVersionsRequest{}, 4).error_code, ErrorCode::kNone);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(LinesWith(log, "closing connection"), 1u) << log;
  EXPECT_EQ(LinesWith(log, "\n"), 1u) << log;
}

TEST(BadInput, AnUnknownApiCloses) { ExpectClosedWithOneLine(HeaderOf(999, 0)); }
TEST(BadInput, AnApiThatIsNotServedCloses) { ExpectClosedWithOneLine(HeaderOf(4, 0)); }
TEST(BadInput, AnUnknownVersionCloses) {
  ExpectClosedWithOneLine(HeaderOf(0, 2));
  ExpectClosedWithOneLine(HeaderOf(1, 99));
}

TEST(BadInput, ImpossibleLengthsClose) {
  for (const int32_t size : {-1, std::numeric_limits<int32_t>::min(), 0x7fffffff, 104857601}) {
    SCOPED_TRACE(size);
    Buffer bytes(100);
    StoreBigEndian<int32_t>(bytes.data(), size);
    ExpectClosedWithOneLine(bytes);
  }
}

TEST(BadInput, AnEmptyFrameCloses) { ExpectClosedWithOneLine(Buffer(4)); }

TEST(BadInput, OneLineEvenIfMoreFollows) {
  Buffer bytes = HeaderOf(999, 0);
  for (int i = 0; i < 5; ++i) Append(bytes, HeaderOf(999, 0));
  ExpectClosedWithOneLine(bytes);
}

TEST(BadInput, ALyingCountCloses) {
  Buffer frame = HeaderOf(3, 1);  // Metadata: an array of topics follows
  frame.pop_back();
  Append(frame, AsBytes(std::string_view("\x7f\xff\xff\xff", 4)));
  StoreBigEndian<int32_t>(frame.data(), static_cast<int32_t>(frame.size() - 4));
  ExpectClosedWithOneLine(frame);
}

TEST(BadInput, RandomBytesClose) {
  io::Random random(Seed());
  for (int i = 0; i < 20; ++i) {
    Buffer bytes(1 + random.Below(5000));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.Next());
    if (bytes.size() >= 4) bytes[0] |= std::byte{0x80};  // else it may wait for more
    Machine machine;
    Client& bad = machine.Connect();
    bad.SendBytes(bytes);
    machine.world.net().EndWriting(bad.stream());
    EXPECT_TRUE(bad.Closed());
  }
}

// Whole frames whose bodies are noise: closed, or answered with an error.
TEST(BadInput, NoiseBehindAGoodHeaderHarmsNobody) {
  io::Random random(Seed());
  Machine machine;
  CreateTopic(machine.client(), "t", 2);
  for (int i = 0; i < 300; ++i) {
    const ApiEntry& api = ApiTable()[random.Below(ApiTable().size())];
    const auto versions = static_cast<uint64_t>(api.max_version - api.min_version + 1);
    Buffer frame = HeaderOf(static_cast<int16_t>(api.key),
                            static_cast<int16_t>(api.min_version + random.Below(versions)));
    const size_t noise = random.Below(300);
    for (size_t n = 0; n < noise; ++n) frame.push_back(static_cast<std::byte>(random.Below(8)));
    StoreBigEndian<int32_t>(frame.data(), static_cast<int32_t>(frame.size() - 4));
    Client& client = machine.Connect();
    client.SendBytes(frame);
    machine.world.net().EndWriting(client.stream());
  }
  machine.RunFor(std::chrono::seconds(1));
  Put(machine, "t", {"a"});
  EXPECT_EQ(Get(machine.client(), "t").size(), 1u);
  machine.MustStop();
}

}  // namespace
}  // namespace varve::broker::test
