#include "server/broker/placement.h"

#include <optional>
#include <type_traits>

#include "engine/base/byte_order.h"
#include "server/broker/fan_out.h"
#include "server/wire/fetch.h"
#include "server/wire/produce.h"

namespace varve::broker {
namespace {

constexpr net::Placement kHere{.known = true};
constexpr net::Placement kUnknown{.known = false};

// The shard that has all partitions of a request; none if there are several, or one is unknown.
template <typename Topics>
std::optional<size_t> OnlyShard(const cluster::Image& image, const Topics& topics) {
  std::optional<size_t> only;
  for (const auto& asked : topics) {
    const bool by_name = asked.topic_id.zero();  // a version has one of both
    const cluster::Topic* topic = by_name ? image.Find(asked.name) : image.Find(asked.topic_id);
    if (topic == nullptr) return std::nullopt;
    for (const auto& partition : asked.partitions) {
      const bool exists = partition.index >= 0 && partition.index < std::ssize(topic->partitions);
      if (!exists) return std::nullopt;
      const size_t shard = ShardOf(*topic, partition.index);
      if (only.value_or(shard) != shard) return std::nullopt;
      only = shard;
    }
  }
  return only;
}

net::Placement At(const BrokerFacts& broker, Shard& here, std::optional<size_t> shard) {
  if (!shard || broker.shards[*shard] == &here) return kHere;
  net::ConnectionSet& there = broker.shards[*shard]->connections();
  if (there.settled() > here.connections().settled()) return kHere;
  return {.known = true, .elsewhere = &there};
}

// Of a request that reads as one; whatever is wrong with another, its handler will say.
template <typename Request>
net::Placement PlaceOfRequest(const BrokerFacts& broker, Shard& here, wire::Reader& body,
                              int version) {
  const auto request = wire::DecodeBody<Request>(body, version);
  if (!request.ok() || request->topics.empty()) return kUnknown;
  if constexpr (std::is_same_v<Request, wire::FetchRequest>) {
    if (request->session_id != 0) return kHere;  // only this shard knows it
  }
  return At(broker, here, OnlyShard(*here.image(), request->topics));
}

}  // namespace

net::Placement PlaceOf(const BrokerFacts& broker, Shard& here, MutableBytes frame) {
  if (frame.size() < sizeof(int16_t)) return kUnknown;
  const auto key = static_cast<wire::ApiKey>(LoadBigEndian<int16_t>(frame.data()));
  if (key != wire::ApiKey::kProduce && key != wire::ApiKey::kFetch) return kUnknown;
  wire::Reader reader = wire::Reader::OverMutable(frame);
  const auto header = wire::ReadRequestHeader(reader);
  if (!header.ok()) return kUnknown;
  const int version = header->api_version;
  return key == wire::ApiKey::kProduce
             ? PlaceOfRequest<wire::ProduceRequest>(broker, here, reader, version)
             : PlaceOfRequest<wire::FetchRequest>(broker, here, reader, version);
}

}  // namespace varve::broker
