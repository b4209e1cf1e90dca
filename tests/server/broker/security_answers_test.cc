#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/broker/api_table.h"
#include "server/wire/acls.h"
#include "server/wire/client_quotas.h"
#include "server/wire/scram_credentials.h"
#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

// What is said of access control, quotas and passwords where there are none.
namespace varve::broker::test {
namespace {

using wire::ErrorCode;

TEST(Acls, ThereIsNoAuthorizer) {
  Machine machine;
  Client& client = machine.client();
  EXPECT_EQ(client.Call(wire::DescribeAclsRequest{}, 3).error_code, ErrorCode::kSecurityDisabled);
  wire::CreateAclsRequest create;
  create.creations.resize(2);
  const auto created = client.Call(create, 3);
  ASSERT_EQ(created.results.size(), 2u);
  EXPECT_EQ(created.results[1].error_code, ErrorCode::kSecurityDisabled);
  wire::DeleteAclsRequest remove;
  remove.filters.resize(3);
  const auto removed = client.Call(remove, 3);
  ASSERT_EQ(removed.filter_results.size(), 3u);
  EXPECT_EQ(removed.filter_results[2].error_code, ErrorCode::kSecurityDisabled);
}

ErrorCode ErrorOf(Machine& machine,
                  std::vector<wire::DescribeClientQuotasRequest::Component> components) {
  wire::DescribeClientQuotasRequest request;
  request.components = std::move(components);
  const auto answer = machine.client().Call(request, 1);
  EXPECT_EQ(answer.entries.has_value(), answer.error_code == ErrorCode::kNone);
  if (answer.entries) {
    EXPECT_TRUE(answer.entries->empty());
  }
  return answer.error_code;
}

TEST(ClientQuotas, ThereAreNone) {
  using wire::QuotaMatch;
  Machine machine;
  EXPECT_EQ(ErrorOf(machine, {}), ErrorCode::kNone);
  EXPECT_EQ(
      ErrorOf(machine, {{"user", QuotaMatch::kAny, {}}, {"client-id", QuotaMatch::kExact, "c"}}),
      ErrorCode::kNone);
  EXPECT_EQ(ErrorOf(machine, {{"ip", QuotaMatch::kDefault, {}}}), ErrorCode::kNone);
}

TEST(ClientQuotas, QuestionsThatMakeNoSense) {
  using wire::QuotaMatch;
  Machine machine;
  EXPECT_EQ(ErrorOf(machine, {{"", QuotaMatch::kAny, {}}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(ErrorOf(machine, {{"planet", QuotaMatch::kAny, {}}}), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(ErrorOf(machine, {{"user", QuotaMatch::kExact, {}}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(ErrorOf(machine, {{"user", QuotaMatch::kDefault, "x"}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(ErrorOf(machine, {{"user", QuotaMatch{9}, {}}}), ErrorCode::kInvalidRequest);
  EXPECT_EQ(ErrorOf(machine, {{"user", QuotaMatch::kAny, {}}, {"user", QuotaMatch::kAny, {}}}),
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(ErrorOf(machine, {{"user", QuotaMatch::kAny, {}}, {"ip", QuotaMatch::kAny, {}}}),
            ErrorCode::kInvalidRequest);
}

TEST(ClientQuotas, NoneCanBeSet) {
  Machine machine;
  const std::vector<wire::QuotaEntity> user{{"user", "u"}};
  wire::AlterClientQuotasRequest request;
  request.entries.push_back({user, {{"producer_byte_rate", 1000, false}}});
  request.entries.push_back({user, {{"producer_byte_rate", 0, true}}});
  request.entries.push_back({{}, {}});
  const auto answer = machine.client().Call(request, 1);
  ASSERT_EQ(answer.entries.size(), 3u);
  EXPECT_EQ(answer.entries[0].error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(answer.entries[0].entity, user);
  EXPECT_EQ(answer.entries[1].error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.entries[2].error_code, ErrorCode::kInvalidRequest);
}

TEST(ScramCredentials, NobodyHasAny) {
  Machine machine;
  wire::DescribeUserScramCredentialsRequest request;
  EXPECT_TRUE(machine.client().Call(request, 0).results.empty());
  request.users.emplace() = {{"a"}, {"b"}, {"b"}};
  const auto answer = machine.client().Call(request, 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(answer.results[0].error_code, ErrorCode::kResourceNotFound);
  EXPECT_EQ(answer.results[1].error_code, ErrorCode::kDuplicateResource);
}

TEST(ScramCredentials, NoneCanBeSet) {
  Machine machine;
  wire::AlterUserScramCredentialsRequest request;
  request.deletions.push_back({"a", wire::ScramMechanism::kSha256});
  request.deletions.push_back({"c", wire::ScramMechanism::kSha256});
  request.upsertions.push_back({"b", wire::ScramMechanism::kSha256, 4096, {}, {}});
  request.upsertions.push_back({"c", wire::ScramMechanism::kSha256, 4096, {}, {}});
  const auto answer = machine.client().Call(request, 0);
  ASSERT_EQ(answer.results.size(), 3u);
  EXPECT_EQ(answer.results[0].error_code, ErrorCode::kResourceNotFound);
  EXPECT_EQ(answer.results[1].error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(answer.results[2].error_code, ErrorCode::kDuplicateResource);
}

// Clients that see these would send their metrics to nobody.
TEST(Telemetry, IsNotAdvertised) {
  EXPECT_EQ(FindApi(wire::ApiKey::kGetTelemetrySubscriptions), nullptr);
  EXPECT_EQ(FindApi(wire::ApiKey::kPushTelemetry), nullptr);
}

}  // namespace
}  // namespace varve::broker::test
