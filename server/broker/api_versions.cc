#include "server/wire/api_versions.h"

#include "engine/base/status.h"
#include "server/broker/api_table.h"

namespace varve::broker {

io::Task<absl::Status> HandleApiVersions(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::ApiVersionsRequest>(body, context.version()));
  static_cast<void>(request);
  wire::ApiVersionsResponse response;
  for (const ApiEntry& entry : ApiTable()) {
    response.api_keys.push_back({entry.key, entry.min_advertised, entry.max_version});
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

void AnswerUnknownApiVersions(RequestContext& context) {
  const ApiEntry& entry = *FindApi(wire::ApiKey::kApiVersions);
  wire::ApiVersionsResponse response;
  response.error_code = wire::ErrorCode::kUnsupportedVersion;
  response.api_keys.push_back({entry.key, entry.min_advertised, entry.max_version});
  context.header.api_version = 0;
  Respond(context, response);
}

}  // namespace varve::broker
