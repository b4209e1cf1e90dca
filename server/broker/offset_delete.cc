#include "server/wire/offset_delete.h"

#include <vector>

#include "engine/base/status.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"
#include "server/coordinator/member_rules.h"

namespace varve::broker {
namespace {

using coordinator::OffsetToDelete;
using wire::ErrorCode;

std::vector<OffsetToDelete> EntriesOf(const cluster::Image& image,
                                      const wire::OffsetDeleteRequest& request) {
  std::vector<OffsetToDelete> entries;
  for (const auto& topic : request.topics) {
    for (const int32_t index : topic.partitions) {
      const bool known = image.FindPartition(topic.name, index) != nullptr;
      entries.push_back(
          {topic.name, index, known ? ErrorCode::kNone : ErrorCode::kUnknownTopicOrPartition});
    }
  }
  return entries;
}

wire::OffsetDeleteResponse ToResponse(const wire::OffsetDeleteRequest& request, ErrorCode error,
                                      const std::vector<OffsetToDelete>& entries) {
  wire::OffsetDeleteResponse response;
  response.error_code = error;
  if (error != ErrorCode::kNone) return response;
  auto entry = entries.begin();
  for (const auto& asked : request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    for (size_t i = 0; i < asked.partitions.size(); ++i, ++entry) {
      topic.partitions.push_back({entry->partition, entry->error});
    }
  }
  return response;
}

}  // namespace

io::Task<absl::Status> HandleOffsetDelete(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::OffsetDeleteRequest>(body, context.version()));
  std::vector<OffsetToDelete> entries = EntriesOf(context.image(), request);
  ErrorCode error = coordinator::CheckGroupId(request.group_id);
  if (error == ErrorCode::kNone) {
    auto remove = [&](coordinator::GroupCoordinator& groups) {
      return groups.DeleteOffsets(request.group_id, entries);
    };
    error = co_await AskCoordinator(context, request.group_id, remove);
  }
  Respond(context, ToResponse(request, error, entries));
  co_return absl::OkStatus();
}

}  // namespace varve::broker
