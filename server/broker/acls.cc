#include "server/wire/acls.h"

#include "engine/base/status.h"
#include "server/broker/api_table.h"

// Nobody is asked who may do what, and this is what clients are told, as Kafka does without an
// authorizer.
namespace varve::broker {
namespace {

constexpr char kNoAuthorizer[] = "this broker has no authorizer";

}  // namespace

io::Task<absl::Status> HandleDescribeAcls(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeAclsRequest>(body, context.version()));
  static_cast<void>(request);
  wire::DescribeAclsResponse response;
  response.error_code = wire::ErrorCode::kSecurityDisabled;
  response.error_message = kNoAuthorizer;
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleCreateAcls(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::CreateAclsRequest>(body, context.version()));
  wire::CreateAclsResponse response;
  response.results.assign(request.creations.size(),
                          {wire::ErrorCode::kSecurityDisabled, kNoAuthorizer});
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleDeleteAcls(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DeleteAclsRequest>(body, context.version()));
  wire::DeleteAclsResponse response;
  response.filter_results.assign(request.filters.size(),
                                 {wire::ErrorCode::kSecurityDisabled, kNoAuthorizer, {}});
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
