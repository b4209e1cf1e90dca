#include "benchmarks/broker/mode/consume_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "engine/base/status.h"

namespace varve::bench {
namespace {

std::vector<ReadPlan> PartitionsToRead(const Topic& topic, const std::vector<Extent>& extents,
                                       const ConsumeShape& shape) {
  std::vector<ReadPlan> plans;
  for (size_t i = 0; i < extents.size(); ++i) {
    const auto [start, end] = extents[i];
    const int32_t index = topic.partitions[i].index;
    if (shape.tail) {
      plans.push_back({index, end, start, ReadPlan::kNoEnd, false});
    } else if (start < end) {
      plans.push_back({index, start, start, end, shape.once});
    }
  }
  return plans;
}

// Those of one broker, dealt out to so many connections.
std::vector<ReadLanePlan> Deal(const io::Endpoint& broker, const std::vector<ReadPlan>& plans,
                               size_t connections) {
  std::vector<ReadLanePlan> lanes(std::min(connections, plans.size()));
  for (size_t i = 0; i < plans.size(); ++i) {
    lanes[i % lanes.size()].broker = broker;
    lanes[i % lanes.size()].partitions.push_back(plans[i]);
  }
  return lanes;
}

// The connections of one consumer.
std::vector<ReadLanePlan> LanesOf(const Topic& topic, const std::vector<ReadPlan>& plans,
                                  const ConsumeShape& shape) {
  std::vector<ReadLanePlan> lanes;
  for (const io::Endpoint& leader : topic.Leaders()) {
    const std::vector<int32_t> led = topic.LedBy(leader);
    std::vector<ReadPlan> here;
    std::copy_if(plans.begin(), plans.end(), std::back_inserter(here), [&](const ReadPlan& plan) {
      return std::binary_search(led.begin(), led.end(), plan.partition);
    });
    const size_t wanted = shape.tail ? here.size() : static_cast<size_t>(shape.connections);
    for (ReadLanePlan& lane : Deal(leader, here, wanted)) lanes.push_back(std::move(lane));
  }
  return lanes;
}

io::Task<absl::Status> ExtentsInto(cli::Client& client, const Topic& topic,
                                   std::vector<Extent>& extents) {
  CO_ASSIGN_OR_RETURN(extents, co_await Extents(client, topic));
  co_return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ConsumerPlan>> PlanConsumers(const Topic& topic,
                                                        const std::vector<Extent>& extents,
                                                        const ConsumeShape& shape, int workers) {
  const std::vector<ReadPlan> partitions = PartitionsToRead(topic, extents, shape);
  if (partitions.empty()) {
    return absl::FailedPreconditionError(
        fmt::format("topic {} has no records; --fill produces some first", topic.name));
  }
  std::vector<ConsumerPlan> plans(static_cast<size_t>(workers));
  for (ConsumerPlan& plan : plans) {
    plan.shape.topic = topic.name;
    plan.shape.topic_id = topic.id;
    plan.shape.version = topic.fetch_version;
    plan.shape.max_bytes = shape.max_bytes;
  }
  size_t next = 0;
  for (int consumer = 0; consumer < shape.consumers; ++consumer) {
    for (ReadLanePlan& lane : LanesOf(topic, partitions, shape)) {
      plans[next++ % plans.size()].lanes.push_back(std::move(lane));
    }
  }
  return plans;
}

absl::StatusOr<std::vector<Extent>> ExtentsOf(const Common& common, const Topic& topic) {
  std::vector<Extent> extents;
  RETURN_IF_ERROR(
      WithClient(common, [&](cli::Client& client) { return ExtentsInto(client, topic, extents); }));
  return extents;
}

}  // namespace varve::bench
