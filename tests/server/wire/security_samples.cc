#include "tests/server/wire/admin_messages.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {

template <>
DescribeUserScramCredentialsRequest Sample() {
  DescribeUserScramCredentialsRequest request;
  request.users = {{"ann"}, {"b"}};
  return request;
}

template <>
DescribeUserScramCredentialsResponse Sample() {
  const DescribeUserScramCredentialsResponse::Result ann{
      .user = "ann",
      .error_code = ErrorCode::kResourceNotFound,
      .error_message = "who",
      .credential_infos = {{ScramMechanism::kSha512, 8192}, {.mechanism = ScramMechanism::kSha256}},
  };
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kClusterAuthorizationFailed,
      .error_message = "why",
      .results = {ann, {.user = "b"}},
  };
}

template <>
AlterUserScramCredentialsRequest Sample() {
  const AlterUserScramCredentialsRequest::Upsertion cy{
      .name = "cy",
      .mechanism = ScramMechanism::kSha512,
      .iterations = 4096,
      .salt = Opaque({"salt\0\xff", 6}),
      .salted_password = Opaque("\x80password"),
  };
  return {
      .deletions = {{"ann", ScramMechanism::kSha256}, {.name = "b"}},
      .upsertions = {cy, {.name = "d"}},
  };
}

template <>
AlterUserScramCredentialsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .results = {{"ann", ErrorCode::kUnacceptableCredential, "few"}, {.user = "b"}},
  };
}

template <>
DescribeAclsRequest Sample() {
  return {{
      .resource_type = AclResource::kTopic,
      .resource_name = "orders",
      .pattern_type = AclPattern::kPrefixed,
      .principal = "User:ann",
      .host = "*",
      .operation = AclOperation::kDescribe,
      .permission_type = AclPermission::kAny,
  }};
}

template <>
DescribeAclsResponse Sample() {
  const DescribeAclsResponse::Resource orders{
      .resource_type = AclResource::kTopic,
      .resource_name = "orders",
      .pattern_type = AclPattern::kPrefixed,
      .acls = {{"User:ann", "*", AclOperation::kDescribe, AclPermission::kDeny},
               {.principal = "User:b"}},
  };
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kSecurityDisabled,
      .error_message = "off",
      .resources = {orders, {.resource_name = "b"}},
  };
}

template <>
CreateAclsRequest Sample() {
  const Acl group{
      .resource_type = AclResource::kGroup,
      .resource_name = "group",
      .pattern_type = AclPattern::kPrefixed,
      .principal = "User:ann",
      .host = "10.0.0.1",
      .operation = AclOperation::kCreate,
      .permission_type = AclPermission::kDeny,
  };
  return {.creations = {group, {.resource_name = "b"}}};
}

template <>
CreateAclsResponse Sample() {
  return {.throttle_time_ms = 2, .results = {{ErrorCode::kInvalidRequest, "bad"}, {}}};
}

template <>
DeleteAclsRequest Sample() {
  const AclFilter orders{
      .resource_type = AclResource::kUser,
      .resource_name = "orders",
      .pattern_type = AclPattern::kMatch,
      .principal = "User:ann",
      .host = "10.0.0.1",
      .operation = AclOperation::kCreateTokens,
      .permission_type = AclPermission::kAllow,
  };
  return {.filters = {orders, {.resource_type = AclResource::kAny}}};
}

template <>
DeleteAclsResponse Sample() {
  const Acl transaction{
      .resource_type = AclResource::kTransactionalId,
      .resource_name = "tx",
      .pattern_type = AclPattern::kPrefixed,
      .principal = "User:ann",
      .host = "*",
      .operation = AclOperation::kIdempotentWrite,
      .permission_type = AclPermission::kAllow,
  };
  const DeleteAclsResponse::FilterResult failed{
      .error_code = ErrorCode::kSecurityDisabled,
      .error_message = "off",
      .matching_acls = {{ErrorCode::kInvalidRequest, "bad", transaction},
                        {.acl = {.resource_name = "b"}}},
  };
  return {.throttle_time_ms = 2, .filter_results = {failed, {}}};
}

template <>
DescribeClientQuotasRequest Sample() {
  return {
      .components = {{"user", QuotaMatch::kExact, "ann"},
                     {.entity_type = "ip", .match_type = QuotaMatch::kAny}},
      .strict = true,
  };
}

template <>
DescribeClientQuotasResponse Sample() {
  DescribeClientQuotasResponse response{
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kInvalidRequest,
      .error_message = "bad",
  };
  response.entries.emplace(2);
  response.entries->front() = {
      .entity = {{"user", "ann"}, {.entity_type = "client-id"}},
      .values = {{"producer_byte_rate", 1048576.5}, {.key = "k"}},
  };
  return response;
}

template <>
AlterClientQuotasRequest Sample() {
  const AlterClientQuotasRequest::Entry ann{
      .entity = {{"user", "ann"}, {.entity_type = "client-id"}},
      .ops = {{"request_percentage", 12.5, true}, {.key = "k"}},
  };
  return {.entries = {ann, {}}, .validate_only = true};
}

template <>
AlterClientQuotasResponse Sample() {
  const AlterClientQuotasResponse::Entry ann{
      .error_code = ErrorCode::kInvalidRequest,
      .error_message = "bad",
      .entity = {{"user", "ann"}, {.entity_type = "client-id"}},
  };
  return {.throttle_time_ms = 2, .entries = {ann, {}}};
}

template <>
GetTelemetrySubscriptionsRequest Sample() {
  return {.client_instance_id = kSampleId};
}

template <>
GetTelemetrySubscriptionsResponse Sample() {
  return {
      .throttle_time_ms = 2,
      .error_code = ErrorCode::kInvalidRequest,
      .client_instance_id = kSampleId,
      .subscription_id = 77,
      .accepted_compression_types = {4, 3, 0},
      .push_interval_ms = 300'000,
      .telemetry_max_bytes = 1 << 20,
      .delta_temporality = true,
      .requested_metrics = {"org.apache.kafka.producer.", ""},
  };
}

template <>
PushTelemetryRequest Sample() {
  return {
      .client_instance_id = kSampleId,
      .subscription_id = 77,
      .terminating = true,
      .compression_type = 4,
      .metrics = Opaque({"metrics\0\xff", 9}),
  };
}

template <>
PushTelemetryResponse Sample() {
  return {.throttle_time_ms = 2, .error_code = ErrorCode::kUnknownSubscriptionId};
}

}  // namespace varve::wire
