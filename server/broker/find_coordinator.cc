#include "server/wire/find_coordinator.h"

#include "engine/base/status.h"
#include "server/broker/api_table.h"

namespace varve::broker {

// No group has a coordinator here, which is what this says. It is advertised because librdkafka
// takes a broker without it for one that is too old for lz4, and then sends such data uncompressed.
io::Task<absl::Status> HandleFindCoordinator(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::FindCoordinatorRequest>(body, context.version()));
  (void)request;
  wire::FindCoordinatorResponse response;
  response.error_code = wire::ErrorCode::kCoordinatorNotAvailable;
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
