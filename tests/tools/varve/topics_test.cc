#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/wire/list_offsets.h"
#include "server/wire/metadata.h"
#include "tests/tools/varve/scripted_broker.h"
#include "tools/varve/facts/topics.h"

namespace varve::cli {
namespace {

using test::FrameOf;
using test::ScriptedBroker;
using ::testing::HasSubstr;
using wire::ErrorCode;

constexpr uint16_t kFirstPort = 9092;
constexpr uint16_t kSecondPort = 9093;
constexpr std::string_view kHost = "127.0.0.1";

// Two brokers, and a topic "numbers" with one partition that the second of them leads. Until it
// was asked for offsets once, the first says that it does.
class TwoBrokers : public ::testing::Test {
 protected:
  ~TwoBrokers() override { client_.reset(); }

  Buffer Answer(bool first, const wire::RequestHeader& header, wire::Reader& reader) {
    switch (header.api_key) {
      case wire::ApiKey::kApiVersions: {
        wire::ApiVersionsResponse response;
        response.api_keys = {{wire::ApiKey::kMetadata, 0, 12}, {wire::ApiKey::kListOffsets, 1, 7}};
        return FrameOf(header, response);
      }
      case wire::ApiKey::kListOffsets:
        moved_ = true;
        return FrameOf(header, Offsets(first));
      default:
        return FrameOf(
            header, Metadata(*wire::DecodeBody<wire::MetadataRequest>(reader, header.api_version)));
    }
  }

  wire::MetadataResponse Metadata(const wire::MetadataRequest& request) const {
    wire::MetadataResponse response;
    response.brokers = {{1, kHost, kFirstPort, {}}, {2, kHost, kSecondPort, {}}};
    const std::vector<wire::MetadataRequest::Topic> all{{{}, "numbers"}};
    for (const auto& asked : request.topics.value_or(all)) {
      auto& topic = response.topics.emplace_back();
      topic.name = asked.name == "numbers" ? "numbers" : "nmbers";
      if (asked.name == "numbers") {
        auto& partition = topic.partitions.emplace_back();
        partition.leader_id = moved_ ? 2 : 1;
      } else {
        topic.error_code = ErrorCode::kUnknownTopicOrPartition;
      }
    }
    return response;
  }

  static wire::ListOffsetsResponse Offsets(bool first) {
    wire::ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "numbers";
    auto& partition = topic.partitions.emplace_back();
    partition.error_code = first ? ErrorCode::kNotLeaderOrFollower : ErrorCode::kNone;
    partition.offset = first ? -1 : 42;
    return response;
  }

  template <typename T>
  T Run(io::Task<T> task) {
    return world_.Run(*loop_, std::move(task));
  }

  bool moved_ = false;
  io::SimWorld world_;
  std::unique_ptr<io::Loop> loop_ = world_.NewLoop();
  ScriptedBroker first_{world_, kFirstPort, [this](const auto& header, wire::Reader& reader) {
                          return Answer(true, header, reader);
                        }};
  ScriptedBroker second_{world_, kSecondPort, [this](const auto& header, wire::Reader& reader) {
                           return Answer(false, header, reader);
                         }};
  std::unique_ptr<Client> client_ = std::make_unique<Client>(
      *loop_, std::vector<io::Endpoint>{{std::string(kHost), kFirstPort}}, std::chrono::seconds(5));
};

TEST_F(TwoBrokers, OffsetsComeFromWhoLeadsByNow) {
  const auto topics = Run(NamedTopics(*client_, {"numbers"}));
  ASSERT_TRUE(topics.ok()) << topics.status();
  EXPECT_EQ(topics->front().partitions.front().leader, 1);
  const auto offsets = Run(OffsetsAt(*client_, *topics, wire::kLatestTimestamp));
  ASSERT_TRUE(offsets.ok()) << offsets.status();
  ASSERT_EQ(offsets->size(), 1u);
  EXPECT_EQ(offsets->begin()->second.offset, 42);
}

TEST_F(TwoBrokers, ATopicThatIsNotThereGetsASuggestion) {
  const auto topics = Run(NamedTopics(*client_, {"nmbers"}));
  EXPECT_TRUE(absl::IsNotFound(topics.status()));
  EXPECT_THAT(std::string(topics.status().message()), HasSubstr("did you mean numbers?"));
}

TEST_F(TwoBrokers, WaitsUntilATopicIsKnown) {
  world_.Run(*loop_, AwaitPartitions(*client_, {{"numbers", 1}}));
  const auto begun = loop_->Now();
  world_.Run(*loop_, AwaitPartitions(*client_, {{"nmbers", 1}}));  // it never comes
  EXPECT_GT(loop_->Now() - begun, std::chrono::seconds(5));
  EXPECT_LT(loop_->Now() - begun, std::chrono::seconds(20));
}

}  // namespace
}  // namespace varve::cli
