#include "server/wire/describe_producers.h"

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
using Response = wire::DescribeProducersResponse;

struct ProducersItem {
  const cluster::Topic* topic = nullptr;
  Response::Partition answer{};
};

Response::Producer Describe(int64_t id, const log::ProducerEntry& entry) {
  Response::Producer producer;
  producer.producer_id = id;
  producer.producer_epoch = entry.epoch();
  producer.last_sequence = entry.newest().last_sequence;
  producer.last_timestamp = entry.last_timestamp();
  producer.coordinator_epoch = entry.coordinator_epoch();
  producer.current_txn_start_offset = entry.txn_first_offset();
  return producer;
}

io::Task<void> DescribeOn(Shard& shard, Items<ProducersItem> items) {
  for (ProducersItem* item : items) {
    const PartitionKey key{item->topic->id, item->answer.partition_index};
    Partition* partition = shard.Find(key);
    if (partition == nullptr) {
      item->answer.error_code = OfMissing(shard, key);
      continue;
    }
    partition->log().ExpireProducers();
    for (const auto& [id, entry] : partition->log().producers().producers()) {
      item->answer.active_producers.push_back(Describe(id, entry));
    }
  }
  co_return;
}

}  // namespace

io::Task<absl::Status> HandleDescribeProducers(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeProducersRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  std::deque<ProducersItem> items;
  ByShard<ProducersItem> by_shard(context.broker.shards.size());
  for (const auto& topic : request.topics) {
    for (const int32_t index : topic.partition_indexes) {
      ProducersItem& item = items.emplace_back();
      item.answer.partition_index = index;
      if (image->FindPartition(topic.name, index) == nullptr) {
        item.answer.error_code = ErrorCode::kUnknownTopicOrPartition;
        continue;
      }
      item.topic = image->Find(topic.name);
      by_shard[ShardOf(*item.topic, index)].push_back(&item);
    }
  }
  co_await FanOut(context, std::move(by_shard), DescribeOn);
  Response response;
  auto item = items.begin();
  for (const auto& topic : request.topics) {
    auto& entry = response.topics.emplace_back();
    entry.name = topic.name;
    for (size_t i = 0; i < topic.partition_indexes.size(); ++i) {
      entry.partitions.push_back(std::move((item++)->answer));
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
