#include "server/broker/scrape.h"

#include <time.h>

#include <chrono>
#include <optional>
#include <utility>

#include "engine/io/call.h"
#include "engine/io/pool.h"
#include "engine/io/sync.h"
#include "server/broker/group_coordinators.h"
#include "server/broker/shard.h"
#include "server/broker/storage.h"

namespace varve::broker {
namespace {

using coordinator::GroupCoordinator;
using metrics::ShardFacts;

// How much is looked at before others have a turn: some ten microseconds.
constexpr size_t kPartitionsPerTurn = 256;
constexpr size_t kGroupWorkPerTurn = 256;

metrics::NameRef NameOf(const cluster::TopicRef& topic) { return {topic, &topic->name}; }

// Of the calling thread, on a processor.
io::Duration ThreadTime() {
  timespec time{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void AddCounters(Shard& shard, size_t listeners, ShardFacts& facts) {
  const metrics::ShardCounters& counters = shard.counters();
  facts.now = shard.loop().Now();
  for (size_t key = 0; key < metrics::RequestCounters::kApis; ++key) {
    const metrics::ApiCounters* api = counters.requests.Find(key);
    if (api != nullptr) facts.apis.push_back({key, *api});
  }
  facts.all_topics = counters.topics.all();
  facts.topics = counters.topics.entries();
  facts.connections = shard.connections().CountByListener(listeners);
  facts.slow_requests = counters.slow_requests;
  facts.request_bytes = shard.request_bytes();
  facts.open_files = shard.files().open_files();
  facts.unwritten_bytes = shard.files().unwritten().bytes();
  facts.offline_partitions = shard.left_out_count();
  facts.cpu = ThreadTime();
  facts.log = shard.files().counters();
}

metrics::PartitionFacts FactsOf(Partition& partition) {
  const log::Offsets& offsets = partition.log().offsets();
  return {NameOf(partition.topic_ref()),  partition.index(), offsets.log_start,
          offsets.high_watermark,         offsets.end,       partition.log().size_bytes(),
          partition.log().segment_count()};
}

io::Task<void> AddPartitions(Shard& shard, ShardFacts& facts) {
  const std::vector<PartitionKey> keys = shard.KeysUnsorted();
  facts.partitions.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    Partition* partition = shard.Find(keys[i]);
    if (partition != nullptr) facts.partitions.push_back(FactsOf(*partition));
    if (i % kPartitionsPerTurn == kPartitionsPerTurn - 1) co_await io::Yield{shard.loop()};
  }
}

metrics::GroupFacts FactsOf(const std::string& id, const coordinator::GroupStanding& standing) {
  metrics::GroupFacts facts;
  facts.id = id;
  facts.protocol_type = standing.protocol_type;
  facts.protocol = standing.protocol;
  facts.state = standing.state;
  facts.members = standing.members;
  if (standing.offsets == nullptr) return facts;
  for (const auto& [topic, partitions] : standing.offsets->topics()) {
    metrics::CommittedTopic& committed = facts.committed.emplace_back();
    committed.name = topic;
    committed.offsets.reserve(partitions.size());
    for (const auto& [index, offset] : partitions) {
      committed.offsets.emplace_back(index, offset.offset);
    }
  }
  return facts;
}

// How far the groups of one coordinator are added.
struct GroupTurn {
  std::vector<std::string> ids{};
  size_t next = 0;
};

// False: there is no coordinator, or none that may be asked.
template <typename Function>
bool WithGroups(Shard& shard, const PartitionKey& key, Function function) {
  GroupCoordinator* const groups = shard.groups().Find(key);
  if (groups == nullptr || groups->Enter() != wire::ErrorCode::kNone) return false;
  function(*groups);
  groups->Leave();
  return true;
}

void AddSomeGroups(const GroupCoordinator& groups, GroupTurn& turn, ShardFacts& facts) {
  for (size_t work = 0; turn.next < turn.ids.size() && work < kGroupWorkPerTurn; ++work) {
    const std::string& id = turn.ids[turn.next++];
    const auto standing = groups.StandingOf(id);
    if (!standing) continue;
    if (standing->offsets != nullptr) work += standing->offsets->size();
    facts.groups.push_back(FactsOf(id, *standing));
  }
}

io::Task<void> AddGroupsOf(Shard& shard, PartitionKey key, ShardFacts& facts) {
  GroupTurn turn;
  bool there = WithGroups(shard, key, [&](GroupCoordinator& groups) { turn.ids = groups.Ids(); });
  while (there && turn.next < turn.ids.size()) {
    co_await io::Yield{shard.loop()};
    there = WithGroups(shard, key,
                       [&](GroupCoordinator& groups) { AddSomeGroups(groups, turn, facts); });
  }
}

io::Task<void> AddGroups(Shard& shard, ShardFacts& facts) {
  std::vector<PartitionKey> keys;
  for (const auto& [key, groups] : shard.groups().all()) keys.push_back(key);
  for (const PartitionKey& key : keys) {
    co_await AddGroupsOf(shard, key, facts);
    co_await io::Yield{shard.loop()};
  }
}

io::Task<void> GatherHere(Shard& shard, size_t listeners, ShardFacts& facts) {
  AddCounters(shard, listeners, facts);
  co_await AddPartitions(shard, facts);
  co_await AddGroups(shard, facts);
}

io::Task<void> Gather(io::Loop& home, Shard& shard, size_t listeners, ShardFacts& facts) {
  auto gather = [&] { return GatherHere(shard, listeners, facts); };
  co_await io::CallOn(home, shard.loop(), gather);
}

metrics::ClusterFacts FactsOf(const cluster::Image& image) {
  metrics::ClusterFacts facts;
  facts.cluster_id = image.cluster_id();
  facts.node_id = image.node_id();
  facts.partitions = image.partition_count();
  facts.topics.reserve(image.topic_count());
  for (const cluster::TopicRef& topic : image.topics()) {
    metrics::TopicFacts& added = facts.topics.emplace_back();
    added.name = NameOf(topic);
    added.id = topic->id;
    added.partitions = topic->partitions.size();
    added.replication_factor = topic->replication_factor();
    added.compacted = topic->config.cleanup_compact;
    added.deleted = topic->config.cleanup_delete;
    for (const cluster::PartitionState& state : topic->partitions) {
      if (state.isr.size() < state.replicas.size()) ++facts.under_replicated;
      if (std::ssize(state.isr) < topic->config.min_insync_replicas) ++facts.under_min_in_sync;
    }
  }
  return facts;
}

io::Task<void> AddDirectories(Storage& storage, metrics::Snapshot& snapshot) {
  const std::vector<DirectoryFacts> directories = co_await storage.Describe();
  for (const DirectoryFacts& facts : directories) {
    metrics::DirectoryState& added = snapshot.directories.emplace_back();
    added.path = facts.path;
    added.usable = facts.usable;
    if (!facts.space) continue;
    added.total_bytes = facts.space->total_bytes;
    added.free_bytes = facts.space->free_bytes;
  }
}

}  // namespace

io::Task<metrics::Snapshot> Scrape(const BrokerFacts& broker) {
  metrics::Snapshot snapshot;
  io::Loop& home = broker.shards[0]->loop();
  const config::BrokerSettings& settings = broker.config->settings();
  for (const config::Endpoint& bound : settings.listeners.bound) {
    snapshot.listeners.push_back(bound.name);
  }
  snapshot.series_max = static_cast<uint64_t>(settings.metrics_series_max);
  snapshot.shards.resize(broker.shards.size());
  io::Gate gathering(home);
  for (size_t i = 0; i < broker.shards.size(); ++i) {
    gathering.Spawn(Gather(home, *broker.shards[i], snapshot.listeners.size(), snapshot.shards[i]));
  }
  co_await gathering.Close();
  if (broker.storage != nullptr) co_await AddDirectories(*broker.storage, snapshot);
  if (broker.controller != nullptr) {
    const cluster::ImageRef image = broker.controller->image();
    auto look = [&image] { return FactsOf(*image); };
    snapshot.cluster = co_await io::Offload(home, look);
  }
  co_return snapshot;
}

}  // namespace varve::broker
