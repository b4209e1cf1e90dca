#include "server/wire/delete_records.h"

#include <deque>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/errors.h"
#include "server/broker/fan_out.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;

struct DeleteItem {
  const wire::DeleteRecordsRequest::Partition* asked = nullptr;
  const cluster::Topic* topic = nullptr;
  wire::DeleteRecordsResponse::Partition answer;

  void Refuse(ErrorCode error) { answer.error_code = error; }
};

// True if the entry has to be asked of its shard.
bool Resolve(const cluster::Image& image, std::string_view name, DeleteItem& item) {
  item.answer.partition_index = item.asked->partition_index;
  item.answer.low_watermark = -1;
  if (image.FindPartition(name, item.asked->partition_index) == nullptr) {
    item.Refuse(ErrorCode::kUnknownTopicOrPartition);
    return false;
  }
  item.topic = image.Find(name);
  if (item.topic->internal) item.Refuse(ErrorCode::kInvalidTopicException);
  return !item.topic->internal;
}

io::Task<void> DeleteOne(Partition& partition, DeleteItem& item) {
  log::Log& log = partition.log();
  if (!partition.topic().config.cleanup_delete) {
    item.Refuse(ErrorCode::kPolicyViolation);
    co_return;
  }
  const int64_t asked = item.asked->offset;
  const int64_t offset =
      asked == wire::kDeleteToHighWatermark ? log.offsets().high_watermark : asked;
  const absl::Status advanced = co_await log.AdvanceLogStart(offset);
  if (!advanced.ok()) {
    item.Refuse(OfRead(advanced));
    co_return;
  }
  item.answer.low_watermark = log.offsets().log_start;
}

io::Task<void> DeleteOn(Shard& shard, Items<DeleteItem> items) {
  for (DeleteItem* item : items) {
    const PartitionKey key{item->topic->id, item->asked->partition_index};
    Partition* partition = shard.Find(key);
    if (partition == nullptr) {
      item->Refuse(OfMissing(shard, key));
    } else {
      co_await DeleteOne(*partition, *item);
    }
  }
}

}  // namespace

// Answered when nothing below is served any more. The files go with the next look at the logs, and
// a crash before the next checkpoint takes the new start back, both as in Kafka.
io::Task<absl::Status> HandleDeleteRecords(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DeleteRecordsRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  std::deque<DeleteItem> items;
  ByShard<DeleteItem> by_shard(context.broker.shards.size());
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      DeleteItem& item = items.emplace_back();
      item.asked = &asked;
      if (!Resolve(*image, topic.name, item)) continue;
      by_shard[ShardOf(*item.topic, asked.partition_index)].push_back(&item);
    }
  }
  co_await FanOut(context, std::move(by_shard), DeleteOn);
  Respond(context, Collect<wire::DeleteRecordsResponse>(request.topics, items));
  co_return absl::OkStatus();
}

}  // namespace varve::broker
