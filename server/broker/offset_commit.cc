#include "server/wire/offset_commit.h"

#include <vector>

#include "engine/base/status.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"

namespace varve::broker {
namespace {

using coordinator::OffsetToCommit;
using wire::ErrorCode;

constexpr int kUnknownGroupsSince = 9;  // GROUP_ID_NOT_FOUND is understood

// By id, if the request has ids.
const cluster::Topic* TopicOf(const cluster::Image& image,
                              const wire::OffsetCommitRequest::Topic& asked, bool by_id) {
  return by_id ? image.Find(asked.topic_id) : image.Find(asked.name);
}

OffsetToCommit EntryOf(const cluster::Topic* topic, bool by_id,
                       const wire::OffsetCommitRequest::Partition& asked) {
  OffsetToCommit entry;
  entry.partition = asked.index;
  entry.offset = asked.committed_offset;
  entry.leader_epoch = asked.committed_leader_epoch;
  entry.metadata = asked.committed_metadata.value_or("");
  if (topic == nullptr) {
    entry.error = by_id ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition;
    return entry;
  }
  entry.topic = topic->name;
  if (asked.index < 0 || std::cmp_greater_equal(asked.index, topic->partitions.size())) {
    entry.error = ErrorCode::kUnknownTopicOrPartition;
  }
  return entry;
}

// In the order of the request.
std::vector<OffsetToCommit> EntriesOf(const cluster::Image& image,
                                      const wire::OffsetCommitRequest& request, int version) {
  const bool by_id = version >= 10;
  std::vector<OffsetToCommit> entries;
  for (const auto& asked : request.topics) {
    const cluster::Topic* const topic = TopicOf(image, asked, by_id);
    for (const auto& partition : asked.partitions) {
      entries.push_back(EntryOf(topic, by_id, partition));
    }
  }
  return entries;
}

wire::OffsetCommitResponse ToResponse(const wire::OffsetCommitRequest& request, ErrorCode error,
                                      const std::vector<OffsetToCommit>& entries) {
  wire::OffsetCommitResponse response;
  auto entry = entries.begin();
  for (const auto& asked : request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    topic.topic_id = asked.topic_id;
    for (size_t i = 0; i < asked.partitions.size(); ++i, ++entry) {
      const bool own = entry->error != ErrorCode::kNone;
      topic.partitions.push_back({entry->partition, own ? entry->error : error});
    }
  }
  return response;
}

}  // namespace

io::Task<absl::Status> HandleOffsetCommit(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::OffsetCommitRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();  // keeps the names that entries point to
  std::vector<OffsetToCommit> entries = EntriesOf(*image, request, context.version());
  coordinator::CommitCall call;
  call.claim = {request.member_id, request.group_instance_id,
                request.generation_id_or_member_epoch};
  call.retention_ms = request.retention_time_ms;
  call.knows_unknown_groups = context.version() >= kUnknownGroupsSince;
  call.offsets = entries;
  auto commit = [&](coordinator::GroupCoordinator& groups) {
    return groups.Commit(request.group_id, call);
  };
  const ErrorCode error = co_await AskCoordinator(context, request.group_id, commit);
  Respond(context, ToResponse(request, error, entries));
  co_return absl::OkStatus();
}

}  // namespace varve::broker
