#include "server/wire/scram_credentials.h"

#include <map>
#include <set>
#include <string_view>

#include "engine/base/status.h"
#include "server/broker/api_table.h"

// No user has a password here. Questions are answered as Kafka answers them then; setting one is
// refused, since nobody would ever ask for it.
namespace varve::broker {
namespace {

using wire::ErrorCode;

// How often each user is named.
using Users = std::map<std::string_view, int>;

}  // namespace

io::Task<absl::Status> HandleDescribeUserScramCredentials(RequestContext& context,
                                                          wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(
      const auto request,
      wire::DecodeBody<wire::DescribeUserScramCredentialsRequest>(body, context.version()));
  Users users;
  if (request.users) {
    for (const auto& user : *request.users) ++users[user.name];
  }
  wire::DescribeUserScramCredentialsResponse response;
  for (const auto& [name, times] : users) {
    const bool once = times == 1;
    auto& result = response.results.emplace_back();
    result.user = name;
    result.error_code = once ? ErrorCode::kResourceNotFound : ErrorCode::kDuplicateResource;
    result.error_message = once ? "the user has no credentials" : "the user is named twice";
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleAlterUserScramCredentials(RequestContext& context,
                                                       wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<wire::AlterUserScramCredentialsRequest>(
                                              body, context.version()));
  Users users;
  for (const auto& deletion : request.deletions) ++users[deletion.name];
  for (const auto& upsertion : request.upsertions) ++users[upsertion.name];
  std::set<std::string_view> sets;
  for (const auto& upsertion : request.upsertions) sets.insert(upsertion.name);
  wire::AlterUserScramCredentialsResponse response;
  for (const auto& [name, times] : users) {
    auto& result = response.results.emplace_back();
    result.user = name;
    if (times > 1) {
      result.error_code = ErrorCode::kDuplicateResource;
      result.error_message = "the user is named twice";
    } else if (sets.contains(name)) {
      result.error_code = ErrorCode::kUnsupportedVersion;
      result.error_message = "this broker does not authenticate by SCRAM";
    } else {
      result.error_code = ErrorCode::kResourceNotFound;
      result.error_message = "the user has no credentials";
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
