#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/broker/context.h"

// Dividing the entries of a request among the shards that own their partitions: one message each.
namespace varve::broker {

// Entries that one shard answers: of most requests one, which needs no memory of its own.
template <typename Item>
using Items = absl::InlinedVector<Item*, 4>;
template <typename Item>
using ByShard = absl::InlinedVector<Items<Item>, 4>;

// Requires: the topic has this partition.
inline size_t ShardOf(const cluster::Topic& topic, int32_t partition) {
  return static_cast<size_t>(topic.partitions[static_cast<size_t>(partition)].shard);
}

template <typename Item>
using OnShard = io::Task<void> (*)(Shard&, Items<Item>);

namespace fan_out_internal {

template <typename Item>
io::Task<void> CallOne(RequestContext& context, Shard& shard, Items<Item> items,
                       OnShard<Item> function) {
  auto call = [&] { return function(shard, std::move(items)); };  // once
  co_await io::CallOn(context.shard.loop(), shard.loop(), call);
}

}  // namespace fan_out_internal

// Starts `function` on every shard that has entries, in order of the shards, before the first
// wait. FanOut then waits for all; entries live until it is done.
template <typename Item>
void StartOnShards(RequestContext& context, ByShard<Item> by_shard, OnShard<Item> function,
                   io::Gate& gate) {
  for (size_t i = 0; i < by_shard.size(); ++i) {
    if (by_shard[i].empty()) continue;
    Shard& shard = *context.broker.shards[i];
    gate.Spawn(fan_out_internal::CallOne<Item>(context, shard, std::move(by_shard[i]), function));
  }
}

template <typename Item>
io::Task<void> FanOut(RequestContext& context, ByShard<Item> by_shard,
                      std::type_identity_t<OnShard<Item>> function) {
  io::Gate gate(context.shard.loop());
  StartOnShards<Item>(context, std::move(by_shard), function, gate);
  co_await gate.Close();
}

// The items' answers under the names of their topics; `items` are in the order of the request.
template <typename Response, typename Topics, typename Item>
Response Collect(const Topics& topics, std::deque<Item>& items) {
  Response response;
  auto item = items.begin();
  for (const auto& topic : topics) {
    auto& entry = response.topics.emplace_back();
    entry.name = topic.name;
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      entry.partitions.push_back(std::move((item++)->answer));
    }
  }
  return response;
}

}  // namespace varve::broker
