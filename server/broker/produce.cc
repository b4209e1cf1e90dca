#include "server/wire/produce.h"

#include <absl/container/fixed_array.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "server/broker/api_table.h"
#include "server/broker/errors.h"
#include "server/broker/fan_out.h"
#include "server/broker/produce_rules.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;

// Above this a request is checked off the loop: its checksums alone would hold the others up.
constexpr size_t kCheckOnLoopBytesMax = 2 << 20;

// One batch of a request, from its partition's entry to its answer.
struct Item {
  const wire::ProduceRequest::Partition* asked = nullptr;
  const cluster::Topic* topic = nullptr;
  MutableBytes batch;
  Buffer recompressed;  // holds the batch, if it had to be made anew
  BatchVerdict verdict;
  log::Appended appended{-1, -1, record::kNoTimestamp};
  int64_t log_start = -1;
  int32_t leader_epoch = -1;
};

struct Work {
  wire::ProduceRequest request;
  absl::InlinedVector<Item, 1> items;  // in the order of the request; others point to them
};

void Refuse(Item& item, ErrorCode error, std::string message = {}) {
  item.verdict = {error, std::move(message), {}};
}

// What can be said of an entry before its bytes are looked at.
void Resolve(const RequestContext& context, const wire::ProduceRequest& request,
             const wire::ProduceRequest::Topic& topic, Item& item) {
  const bool by_id = context.version() >= 13;
  item.topic = by_id ? context.image().Find(topic.topic_id) : context.image().Find(topic.name);
  if (request.acks < -1 || request.acks > 1) {
    return Refuse(item, ErrorCode::kInvalidRequiredAcks,
                  fmt::format("acks is {}, not -1, 0 or 1", request.acks));
  }
  if (item.topic == nullptr) {
    return Refuse(item, by_id ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition);
  }
  const auto partitions = static_cast<int32_t>(item.topic->partitions.size());
  if (item.asked->index < 0 || item.asked->index >= partitions) {
    return Refuse(item, ErrorCode::kUnknownTopicOrPartition);
  }
  if (item.topic->internal && context.header.client_id != "__admin_client") {
    return Refuse(item, ErrorCode::kInvalidTopicException, "only brokers write to this topic");
  }
  if (item.topic->config.min_insync_replicas > item.topic->replication_factor() &&
      request.acks == -1) {
    return Refuse(item, ErrorCode::kNotEnoughReplicas);
  }
  if (!item.asked->records || item.asked->records->bytes.empty()) {
    return Refuse(item, ErrorCode::kInvalidRecord, "there is no batch");
  }
  item.batch = item.asked->records->bytes;
}

void Collect(const RequestContext& context, Work& work) {
  size_t count = 0;
  for (const auto& topic : work.request.topics) count += topic.partitions.size();
  work.items.reserve(count);
  for (const auto& topic : work.request.topics) {
    for (const auto& partition : topic.partitions) {
      Item& item = work.items.emplace_back();
      item.asked = &partition;
      Resolve(context, work.request, topic, item);
    }
  }
}

void CheckBatches(Work& work, const ProduceFacts& facts) {
  for (Item& item : work.items) {
    if (item.verdict.ok()) item.verdict = CheckForTopic(item.batch, item.topic->config, facts);
  }
}

// A few bytes may take long to look into.
bool MustDecompress(const Work& work) {
  return std::any_of(work.items.begin(), work.items.end(), [](const Item& item) {
    return item.verdict.ok() && LooksInside(item.batch, item.topic->config);
  });
}

io::Task<void> RecompressWhereAsked(RequestContext& context, Work& work) {
  for (Item& item : work.items) {
    if (!item.verdict.ok() || !NeedsRecompression(item.batch, item.topic->config)) continue;
    auto recompress = [&] { return Recompress(item.batch, item.topic->config); };
    auto made = co_await io::Offload(context.shard.loop(), recompress);
    if (!made.ok()) {
      Refuse(item, ErrorCode::kInvalidRecord, std::string(made.status().message()));
      continue;
    }
    item.recompressed = *std::move(made);
    item.batch = item.recompressed;
    item.verdict = CheckSize(item.batch, item.topic->config);
  }
}

// On the shard that owns them: enqueues every batch before the first wait.
io::Task<void> AppendOn(Shard& shard, Items<Item> items) {
  absl::FixedArray<std::optional<log::PendingAppend>, 1> appends(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    Item& item = *items[i];
    const PartitionKey key{item.topic->id, item.asked->index};
    Partition* partition = shard.Find(key);
    if (partition == nullptr) {
      Refuse(item, OfMissing(shard, key));
      continue;
    }
    item.log_start = partition->log().offsets().log_start;
    item.leader_epoch = partition->state().leader_epoch;
    partition->log().Enqueue(appends[i].emplace(item.batch));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (!appends[i]) continue;
    log::PendingAppend& append = *appends[i];
    const absl::StatusOr<log::Appended> appended = co_await append;
    if (appended.ok()) {
      items[i]->appended = *appended;
    } else {
      Refuse(*items[i], OfAppend(appended.status()), std::string(appended.status().message()));
    }
  }
}

// Hands every shard its batches, in one message each, and waits for all of them.
io::Task<void> AppendEverywhere(RequestContext& context, Work& work) {
  ByShard<Item> by_shard(context.broker.shards.size());
  for (Item& item : work.items) {
    if (item.verdict.ok()) by_shard[ShardOf(*item.topic, item.asked->index)].push_back(&item);
  }
  io::Gate appending(context.shard.loop());
  StartOnShards<Item>(context, std::move(by_shard), AppendOn, appending);
  context.request.next_may_start.Set();
  co_await appending.Close();
}

wire::ProduceResponse::Partition ToResponse(const Item& item) {
  wire::ProduceResponse::Partition partition;
  partition.index = item.asked->index;
  partition.error_code = item.verdict.error;
  if (item.verdict.ok()) {
    partition.base_offset = item.appended.base_offset;
    partition.log_append_time_ms = item.appended.log_append_time_ms;
    partition.log_start_offset = item.log_start;
    return partition;
  }
  if (!item.verdict.message.empty()) partition.error_message = item.verdict.message;
  for (const record::BadRecord& bad : item.verdict.bad_records) {
    partition.record_errors.push_back({bad.index, bad.message});
  }
  return partition;
}

wire::ProduceResponse ToResponse(const Work& work) {
  wire::ProduceResponse response;
  auto item = work.items.begin();
  for (const auto& topic : work.request.topics) {
    auto& entry = response.topics.emplace_back();
    entry.name = topic.name;
    entry.topic_id = topic.topic_id;
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      entry.partitions.push_back(ToResponse(*item++));
    }
  }
  return response;
}

void Count(RequestContext& context, const Work& work) {
  metrics::TopicTable& topics = context.shard.counters().topics;
  for (const Item& item : work.items) {
    metrics::TopicCounters one;
    one.produce_requests = 1;
    if (item.verdict.ok()) {
      const log::Appended& appended = item.appended;
      one.messages_in = static_cast<uint64_t>(appended.last_offset - appended.base_offset + 1);
      one.bytes_in = item.batch.size();
    } else {
      one.failed_produce_requests = 1;
    }
    topics.all().Add(one);
    if (item.topic != nullptr) topics.Of(item.topic->id).Add(one);
  }
}

// Nobody reads an answer: closing the connection makes the client look at its metadata again.
void FinishUnanswered(RequestContext& context, const Work& work) {
  for (const Item& item : work.items) {
    if (item.verdict.ok()) continue;
    LogInfo("closing connection of {}: Produce with acks=0 failed: {} {}", context.peer.address,
            wire::Name(item.verdict.error), item.verdict.message);
    context.request.reply.close = true;
    return;
  }
}

}  // namespace

io::Task<absl::Status> HandleProduce(RequestContext& context, wire::Reader& body) {
  Work work;
  CO_ASSIGN_OR_RETURN(work.request,
                      wire::DecodeBody<wire::ProduceRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();  // keeps the topics that items point to
  Collect(context, work);
  const ProduceFacts facts{context.version(), context.shard.loop().clock().WallMillis()};
  auto check = [&] { CheckBatches(work, facts); };
  if (context.request.frame.size() > kCheckOnLoopBytesMax || MustDecompress(work)) {
    co_await io::Offload(context.shard.loop(), check);
  } else {
    check();
  }
  co_await RecompressWhereAsked(context, work);
  co_await AppendEverywhere(context, work);
  Count(context, work);
  if (work.request.acks == 0) {
    FinishUnanswered(context, work);
  } else {
    Respond(context, ToResponse(work));
  }
  co_return absl::OkStatus();
}

}  // namespace varve::broker
