#include "server/wire/init_producer_id.h"

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/cluster/producer_ids.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;

ErrorCode Check(const wire::InitProducerIdRequest& request) {
  const bool has_id = request.producer_id != -1;
  const bool has_epoch = request.producer_epoch != -1;
  if (has_id != has_epoch) return ErrorCode::kInvalidRequest;
  if (!request.transactional_id) return ErrorCode::kNone;
  if (request.transactional_id->empty()) return ErrorCode::kInvalidRequest;
  return ErrorCode::kCoordinatorNotAvailable;  // nobody coordinates transactions here
}

}  // namespace

// Without transactions whoever asks gets an id of his own, be it that he has had one before: there
// is nothing to shut anybody out of.
io::Task<absl::Status> HandleInitProducerId(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::InitProducerIdRequest>(body, context.version()));
  wire::InitProducerIdResponse response;
  response.error_code = Check(request);
  if (response.error_code == ErrorCode::kNone) {
    cluster::ProducerIds& ids = *context.broker.producer_ids;
    auto next = [&] { return ids.Next(); };
    const absl::StatusOr<int64_t> id = co_await CallHome(context, next);
    if (id.ok()) {
      response.producer_id = *id;
      response.producer_epoch = 0;
    } else {
      LogWarning("no producer id for {}: {}", context.peer.address, id.status().ToString());
      response.error_code = ErrorCode::kCoordinatorLoadInProgress;  // clients ask again
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
