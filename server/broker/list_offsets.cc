#include "server/wire/list_offsets.h"

#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/api_table.h"
#include "server/broker/errors.h"
#include "server/broker/fan_out.h"
#include "server/wire/offset_for_leader_epoch.h"

// Offsets by time and by leader epoch: each entry is answered by the shard that owns its partition.
namespace varve::broker {
namespace {

using wire::ErrorCode;

// The first version that knows a special timestamp; -1 for one that nobody knows.
int FirstVersionWith(int64_t timestamp) {
  switch (timestamp) {
    case wire::kLatestTimestamp:
    case wire::kEarliestTimestamp:
      return 1;
    case wire::kMaxTimestamp:
      return 7;
    case wire::kEarliestLocalTimestamp:
      return 8;
    case wire::kLatestTieredTimestamp:
      return 9;
    case wire::kEarliestPendingUploadTimestamp:
      return 11;
    default:
      return timestamp >= 0 ? 1 : -1;
  }
}

struct OffsetItem {
  const wire::ListOffsetsRequest::Partition* asked = nullptr;
  const cluster::Topic* topic = nullptr;
  wire::ListOffsetsResponse::Partition answer;
  bool committed = false;  // only what is below the last stable offset
};

using FoundTime = absl::StatusOr<std::optional<log::TimestampOffset>>;

// An if, because gcc 12 destroys twice what a co_await inside a conditional operator returns.
io::Task<FoundTime> FindTime(log::Log& log, int64_t timestamp, int64_t limit) {
  if (timestamp == wire::kMaxTimestamp) co_return co_await log.FindMaxTimestamp(limit);
  co_return co_await log.FindTimestamp(timestamp, limit);
}

// Looks up by time; special timestamps were answered before.
io::Task<void> AnswerByTime(Partition& partition, OffsetItem& item, int64_t limit) {
  log::Log& log = partition.log();
  const FoundTime found = co_await FindTime(log, item.asked->timestamp, limit);
  if (!found.ok()) {
    item.answer.error_code = OfRead(found.status());
    co_return;
  }
  if (!*found) co_return;
  item.answer.timestamp = (*found)->timestamp;
  item.answer.offset = (*found)->offset;
  item.answer.leader_epoch = log.epochs().EpochAt((*found)->offset);
}

io::Task<void> AnswerOne(Partition& partition, OffsetItem& item) {
  const int32_t epoch = item.asked->current_leader_epoch;
  const int32_t current = partition.state().leader_epoch;
  if (epoch >= 0 && epoch != current) {
    item.answer.error_code =
        epoch < current ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
    co_return;
  }
  const log::Offsets& offsets = partition.log().offsets();
  const int64_t limit = item.committed ? offsets.last_stable : offsets.high_watermark;
  switch (item.asked->timestamp) {
    case wire::kLatestTimestamp:
      item.answer.offset = limit;
      item.answer.leader_epoch = current;
      co_return;
    case wire::kEarliestTimestamp:
    case wire::kEarliestLocalTimestamp:
      item.answer.offset = offsets.log_start;
      item.answer.leader_epoch = partition.log().epochs().EpochAt(offsets.log_start);
      co_return;
    case wire::kLatestTieredTimestamp:
    case wire::kEarliestPendingUploadTimestamp:
      co_return;  // nothing is tiered
    default:
      co_await AnswerByTime(partition, item, limit);
  }
}

io::Task<void> AnswerOn(Shard& shard, Items<OffsetItem> items) {
  for (OffsetItem* item : items) {
    const PartitionKey key{item->topic->id, item->asked->index};
    Partition* partition = shard.Find(key);
    if (partition == nullptr) {
      item->answer.error_code = OfMissing(shard, key);
    } else {
      co_await AnswerOne(*partition, *item);
    }
  }
}

// True if the entry has to be asked of its shard.
bool Resolve(const RequestContext& context, std::string_view name, OffsetItem& item,
             std::set<std::pair<std::string_view, int32_t>>& seen) {
  item.answer.index = item.asked->index;
  const int first_version = FirstVersionWith(item.asked->timestamp);
  if (!seen.emplace(name, item.asked->index).second) {
    item.answer.error_code = ErrorCode::kInvalidRequest;
  } else if (first_version < 0 || context.version() < first_version) {
    item.answer.error_code = ErrorCode::kUnsupportedVersion;
  } else if (context.image().FindPartition(name, item.asked->index) == nullptr) {
    item.answer.error_code = ErrorCode::kUnknownTopicOrPartition;
  } else {
    item.topic = context.image().Find(name);
  }
  return item.topic != nullptr;
}

struct EpochItem {
  const wire::OffsetForLeaderEpochRequest::Partition* asked = nullptr;
  const cluster::Topic* topic = nullptr;
  wire::OffsetForLeaderEpochResponse::Partition answer;
};

void AnswerEpoch(Partition& partition, EpochItem& item) {
  const int32_t epoch = item.asked->current_leader_epoch;
  const int32_t current = partition.state().leader_epoch;
  if (epoch >= 0 && epoch != current) {
    item.answer.error_code =
        epoch < current ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
    return;
  }
  const log::LeaderEpochs::EndOffset end = partition.log().epochs().EndOffsetFor(
      item.asked->leader_epoch, partition.log().offsets().end);
  item.answer.leader_epoch = end.epoch;
  item.answer.end_offset = end.end_offset;
}

io::Task<void> AnswerEpochsOn(Shard& shard, Items<EpochItem> items) {
  for (EpochItem* item : items) {
    const PartitionKey key{item->topic->id, item->asked->index};
    Partition* partition = shard.Find(key);
    if (partition == nullptr) {
      item->answer.error_code = OfMissing(shard, key);
    } else {
      AnswerEpoch(*partition, *item);
    }
  }
  co_return;
}

}  // namespace

io::Task<absl::Status> HandleListOffsets(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::ListOffsetsRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  std::deque<OffsetItem> items;
  std::set<std::pair<std::string_view, int32_t>> seen;
  ByShard<OffsetItem> by_shard(context.broker.shards.size());
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      OffsetItem& item = items.emplace_back();
      item.asked = &asked;
      item.committed = request.isolation_level == 1;
      if (Resolve(context, topic.name, item, seen)) {
        by_shard[ShardOf(*item.topic, asked.index)].push_back(&item);
      }
    }
  }
  co_await FanOut(context, std::move(by_shard), AnswerOn);
  Respond(context, Collect<wire::ListOffsetsResponse>(request.topics, items));
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleOffsetForLeaderEpoch(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::OffsetForLeaderEpochRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  std::deque<EpochItem> items;
  ByShard<EpochItem> by_shard(context.broker.shards.size());
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      EpochItem& item = items.emplace_back();
      item.asked = &asked;
      item.answer.index = asked.index;
      if (image->FindPartition(topic.name, asked.index) == nullptr) {
        item.answer.error_code = ErrorCode::kUnknownTopicOrPartition;
        continue;
      }
      item.topic = image->Find(topic.name);
      by_shard[ShardOf(*item.topic, asked.index)].push_back(&item);
    }
  }
  co_await FanOut(context, std::move(by_shard), AnswerEpochsOn);
  Respond(context, Collect<wire::OffsetForLeaderEpochResponse>(request.topics, items));
  co_return absl::OkStatus();
}

}  // namespace varve::broker
