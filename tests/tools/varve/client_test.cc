#include "tools/varve/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/wire/delete_groups.h"
#include "server/wire/find_coordinator.h"
#include "server/wire/metadata.h"
#include "tests/tools/varve/scripted_broker.h"

namespace varve::cli {
namespace {

using test::FrameOf;
using test::ScriptedBroker;
using ::testing::HasSubstr;
using wire::ErrorCode;

constexpr uint16_t kPort = 9092;
constexpr io::Duration kTimeout = std::chrono::seconds(5);

wire::ApiVersionsResponse Speaks(std::vector<wire::ApiVersionsResponse::ApiVersion> apis) {
  wire::ApiVersionsResponse response;
  response.api_keys = std::move(apis);
  response.api_keys.push_back({wire::ApiKey::kApiVersions, 0, 4});
  return response;
}

wire::ApiVersionsResponse SpeaksAll() {
  return Speaks({{wire::ApiKey::kMetadata, 0, 13},
                 {wire::ApiKey::kFindCoordinator, 0, 6},
                 {wire::ApiKey::kDeleteGroups, 0, 2}});
}

ErrorCode MetadataError(const wire::MetadataResponse& response) { return response.error_code; }
ErrorCode DeleteError(const wire::DeleteGroupsResponse& response) {
  return response.results.empty() ? ErrorCode::kNone : response.results.front().error_code;
}

class ClientTest : public ::testing::Test {
 protected:
  ~ClientTest() override { client_.reset(); }

  Client& client(std::vector<io::Endpoint> bootstrap = {{"127.0.0.1", kPort}}) {
    client_ = std::make_unique<Client>(*loop_, std::move(bootstrap), kTimeout);
    return *client_;
  }
  absl::StatusOr<Reply<wire::MetadataResponse>> AskMetadata(Client& client) {
    wire::MetadataRequest request;
    return world_.Run(*loop_,
                      client.Call<wire::MetadataResponse>(Target::Any(), request, &MetadataError));
  }
  absl::StatusOr<Reply<wire::DeleteGroupsResponse>> DeleteGroup(Client& client) {
    wire::DeleteGroupsRequest request;
    request.groups_names = {"g"};
    return world_.Run(*loop_, client.Call<wire::DeleteGroupsResponse>(Target::Coordinator("g"),
                                                                      request, &DeleteError));
  }

  io::SimWorld world_;
  std::unique_ptr<io::Loop> loop_ = world_.NewLoop();
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, AsksInTheNewestVersionThatBothKnow) {
  std::vector<int> versions;
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    versions.push_back(header.api_version);
    if (header.api_key == wire::ApiKey::kApiVersions) {
      return FrameOf(header, Speaks({{wire::ApiKey::kMetadata, 2, 7}}));
    }
    wire::MetadataResponse response;
    response.cluster_id = "here";
    return FrameOf(header, response);
  });
  const auto reply = AskMetadata(client());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body.cluster_id, "here");
  EXPECT_EQ(versions, (std::vector<int>{3, 7}));
}

TEST_F(ClientTest, GoesBackToTheFirstVersionForAnOldBroker) {
  std::vector<int> versions;
  ScriptedBroker broker(world_, kPort, [&](wire::RequestHeader header, wire::Reader&) {
    versions.push_back(header.api_version);
    if (header.api_key == wire::ApiKey::kMetadata) {
      return FrameOf(header, wire::MetadataResponse());
    }
    wire::ApiVersionsResponse response = Speaks({{wire::ApiKey::kMetadata, 0, 1}});
    if (header.api_version > 0) response.error_code = ErrorCode::kUnsupportedVersion;
    header.api_version = 0;
    return FrameOf(header, response);
  });
  EXPECT_TRUE(AskMetadata(client()).ok());
  EXPECT_EQ(versions, (std::vector<int>{3, 0, 1}));
}

TEST_F(ClientTest, TellsWhatABrokerCannot) {
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    return FrameOf(header, Speaks({{wire::ApiKey::kMetadata, 90, 99}}));
  });
  const auto reply = AskMetadata(client());
  EXPECT_TRUE(absl::IsUnimplemented(reply.status()));
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("versions 90 to 99"));
}

TEST_F(ClientTest, RepeatsWhatMaySucceedLater) {
  int asked = 0;
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    wire::MetadataResponse response;
    if (++asked < 4) response.error_code = ErrorCode::kLeaderNotAvailable;
    return FrameOf(header, response);
  });
  const auto reply = AskMetadata(client());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body.error_code, ErrorCode::kNone);
  EXPECT_EQ(asked, 4);
}

TEST_F(ClientTest, GivesUpWhenTheTimeIsOver) {
  int asked = 0;
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    ++asked;
    wire::MetadataResponse response;
    response.error_code = ErrorCode::kLeaderNotAvailable;
    return FrameOf(header, response);
  });
  const auto begun = loop_->Now();
  const auto reply = AskMetadata(client());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body.error_code, ErrorCode::kLeaderNotAvailable);
  EXPECT_LE(loop_->Now() - begun, kTimeout);
  EXPECT_GT(asked, 5);
  EXPECT_LT(asked, 15);
}

TEST_F(ClientTest, AsksAgainForACoordinatorThatMoved) {
  int found = 0;
  int deleted = 0;
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    if (header.api_key == wire::ApiKey::kFindCoordinator) {
      wire::FindCoordinatorResponse response;
      response.host = "127.0.0.1";
      response.port = kPort;
      if (++found == 1) response.error_code = ErrorCode::kCoordinatorNotAvailable;
      return FrameOf(header, response);
    }
    wire::DeleteGroupsResponse response;
    response.results.push_back(
        {"g", ++deleted == 1 ? ErrorCode::kNotCoordinator : ErrorCode::kNone});
    return FrameOf(header, response);
  });
  const auto reply = DeleteGroup(client());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(DeleteError(reply->body), ErrorCode::kNone);
  EXPECT_EQ(found, 3);
  EXPECT_EQ(deleted, 2);
}

TEST_F(ClientTest, DoesNotWaitForeverForAnAnswer) {
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    return Buffer(2);  // not even a size
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(AskMetadata(client()).status()));
}

TEST_F(ClientTest, RefusesWhatIsNoAnswer) {
  const Buffer http{std::byte{'H'}, std::byte{'T'}, std::byte{'T'}, std::byte{'P'}};
  ScriptedBroker broker(world_, kPort,
                        [&](const wire::RequestHeader&, wire::Reader&) { return Buffer(http); });
  const auto reply = AskMetadata(client());
  EXPECT_FALSE(reply.ok());
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("no Kafka broker?"));
}

TEST_F(ClientTest, RefusesAnAnswerThatIsCutShort) {
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    wire::MetadataResponse response;
    response.cluster_id = "somewhere";
    Buffer frame = FrameOf(header, response);
    frame.resize(frame.size() - 10);
    StoreBigEndian<int32_t>(frame.data(), static_cast<int32_t>(frame.size() - 4));
    return frame;
  });
  EXPECT_TRUE(absl::IsDataLoss(AskMetadata(client()).status()));
}

TEST_F(ClientTest, TriesTheNextAddress) {
  ScriptedBroker broker(world_, kPort, [&](const wire::RequestHeader& header, wire::Reader&) {
    if (header.api_key == wire::ApiKey::kApiVersions) return FrameOf(header, SpeaksAll());
    return FrameOf(header, wire::MetadataResponse());
  });
  EXPECT_TRUE(AskMetadata(client({{"127.0.0.1", kPort + 1}, {"127.0.0.1", kPort}})).ok());
}

TEST_F(ClientTest, SaysWhatToDoIfNobodyIsThere) {
  const auto reply = AskMetadata(client());
  EXPECT_TRUE(absl::IsUnavailable(reply.status()));
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("VARVE_BOOTSTRAP_SERVER"));
}

TEST(CommonVersion, IsTheNewestOfBoth) {
  EXPECT_EQ(CommonVersion({0, 5}, {2, 9}), 5);
  EXPECT_EQ(CommonVersion({0, 9}, {2, 5}), 5);
  EXPECT_EQ(CommonVersion({0, 1}, {2, 5}), std::nullopt);
  EXPECT_EQ(CommonVersion({6, 9}, {2, 5}), std::nullopt);
  EXPECT_EQ(CommonVersion({0, 9}, {}), std::nullopt);
}

TEST(PauseBefore, GrowsToASecond) {
  using std::chrono::milliseconds;
  EXPECT_EQ(PauseBefore(1), milliseconds(50));
  EXPECT_EQ(PauseBefore(2), milliseconds(100));
  EXPECT_EQ(PauseBefore(5), milliseconds(800));
  EXPECT_EQ(PauseBefore(6), milliseconds(1000));
  EXPECT_EQ(PauseBefore(1000), milliseconds(1000));
}

}  // namespace
}  // namespace varve::cli
