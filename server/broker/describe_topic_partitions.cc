#include "server/wire/describe_topic_partitions.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/cluster/topic_rules.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeTopicPartitionsRequest;
using Response = wire::DescribeTopicPartitionsResponse;

constexpr int64_t kPartitionsMax = 2000;  // Kafka's max.request.partition.size.limit

// One answer in the making: topics are added in the order of their names until it is full.
class Page {
 public:
  Page(int32_t node_id, const Request& request)
      : node_id_(node_id),
        cursor_(request.cursor),
        left_(std::clamp<int64_t>(request.response_partition_limit, 1, kPartitionsMax)) {}

  // False: the page is full, and the next one begins with this topic, or in it.
  bool Add(const cluster::Topic& topic) {
    const auto count = static_cast<int64_t>(topic.partitions.size());
    const bool resumed = cursor_ && cursor_->topic_name == topic.name;
    const int64_t first = resumed ? cursor_->partition_index : 0;
    if (left_ == 0) return Continue(topic.name, 0);
    Response::Topic& entry = response_.topics.emplace_back();
    entry.name = topic.name;
    entry.topic_id = topic.id;
    entry.is_internal = topic.internal;
    entry.topic_authorized_operations = wire::kTopicOperations;
    const int64_t end = std::min(count, first + left_);
    for (int64_t i = first; i < end; ++i) {
      entry.partitions.push_back(Describe(topic, static_cast<int32_t>(i)));
    }
    left_ -= std::max<int64_t>(end - first, 0);
    return end >= count || Continue(topic.name, static_cast<int32_t>(end));
  }

  bool AddUnknown(std::string_view name) {
    if (left_ == 0) return Continue(name, 0);
    AddError(name, cluster::CheckTopicName(name).ok() ? ErrorCode::kUnknownTopicOrPartition
                                                      : ErrorCode::kInvalidTopicException);
    return true;
  }

  void AddError(std::string_view name, ErrorCode error) {
    Response::Topic& entry = response_.topics.emplace_back();
    entry.error_code = error;
    entry.name = name;
  }

  const Response& response() const { return response_; }

 private:
  bool Continue(std::string_view topic, int32_t partition) {
    response_.next_cursor = wire::TopicPartitionCursor{topic, partition};
    return false;
  }

  Response::Partition Describe(const cluster::Topic& topic, int32_t index) const {
    const cluster::PartitionState& state = topic.partitions[static_cast<size_t>(index)];
    Response::Partition partition;
    partition.partition_index = index;
    partition.leader_id = state.leader;
    partition.leader_epoch = state.leader_epoch;
    partition.replica_nodes = state.replicas;
    partition.isr_nodes = state.isr;
    partition.eligible_leader_replicas = state.eligible;
    partition.last_known_elr.emplace();
    for (const int32_t replica : state.replicas) {
      if (replica != node_id_) partition.offline_replicas.push_back(replica);
    }
    return partition;
  }

  const int32_t node_id_;
  const std::optional<wire::TopicPartitionCursor> cursor_;
  int64_t left_;  // partitions
  Response response_;
};

void AddAll(const cluster::Image& image, std::string_view from, Page& page) {
  for (const cluster::TopicRef& topic : image.topics()) {
    if (topic->name >= from && !page.Add(*topic)) return;
  }
}

void AddNamed(const cluster::Image& image, const std::set<std::string_view>& names,
              std::string_view from, Page& page) {
  for (auto name = names.lower_bound(from); name != names.end(); ++name) {
    const cluster::Topic* topic = image.Find(*name);
    if (!(topic != nullptr ? page.Add(*topic) : page.AddUnknown(*name))) return;
  }
}

}  // namespace

io::Task<absl::Status> HandleDescribeTopicPartitions(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request, wire::DecodeBody<wire::DescribeTopicPartitionsRequest>(
                                              body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  std::set<std::string_view> names;
  for (const auto& topic : request.topics) names.insert(topic.name);
  const std::string_view from = request.cursor ? request.cursor->topic_name : "";
  const bool stray = request.cursor && !names.empty() && !names.contains(from);
  Page page(context.broker.node_id, request);
  if (stray || (request.cursor && request.cursor->partition_index < 0)) {
    // Nothing but the entries can tell of an error.
    for (const std::string_view name : names) page.AddError(name, ErrorCode::kInvalidRequest);
  } else if (names.empty()) {
    AddAll(*image, from, page);
  } else {
    AddNamed(*image, names, from, page);
  }
  Respond(context, page.response());
  co_return absl::OkStatus();
}

}  // namespace varve::broker
