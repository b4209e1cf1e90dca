#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/status.h"
#include "server/broker/storage.h"
#include "server/cluster/topic_rules.h"

// How the logs are opened when the broker starts: first those that are known to be as a clean stop
// left them, which takes no look at their files, then the others.
namespace varve::broker {
namespace {

// So many at a time: what is needed for each only while it is opened stays small.
constexpr size_t kUnseenAtOnce = 4096;
constexpr size_t kSeenAtOnce = 64;

}  // namespace

bool Storage::NeedsALook(const Placed& placed) {
  const log::TopicPartition name{placed.topic->name, placed.index};
  const auto found = where_.find(name);
  if (found == where_.end()) return false;  // it has to be made
  return !found->second->log->IsAsLeft(name.topic, name.partition);
}

io::Task<void> Storage::OpenThese(std::vector<Placed> placed, std::span<Shard* const> shards,
                                  std::vector<log::TopicPartition>& lost_tails) {
  co_await PlaceAll(placed);
  co_await MakeMissing(placed);
  co_await OpenPlaced(placed, shards, lost_tails, /*serve=*/false);
  // One that cannot be opened keeps none of the others from being served.
  IgnoreError(co_await LeaveOut(placed, shards));
  opening_.opened += placed.size();
}

io::Task<void> Storage::OpenFirst(cluster::ImageRef image, std::span<Shard* const> shards,
                                  std::vector<log::TopicPartition>& lost_tails) {
  for (const cluster::TopicRef& topic : image->topics()) {
    opening_.total += topic->partitions.size();
  }
  std::vector<Placed> unseen;
  for (const cluster::TopicRef& topic : image->topics()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      Placed partition;
      partition.topic = topic;
      partition.index = static_cast<int32_t>(i);
      if (!NeedsALook(partition)) {
        unseen.push_back(std::move(partition));
        if (unseen.size() < kUnseenAtOnce) continue;
        co_await OpenThese(std::exchange(unseen, {}), shards, lost_tails);
        continue;
      }
      const log::TopicPartition name{topic->name, partition.index};
      where_[name]->left_out.insert(name);  // until it is open
      waiting_.push_back(std::move(partition));
    }
  }
  co_await OpenThese(std::move(unseen), shards, lost_tails);
  std::ranges::reverse(waiting_);
}

io::Task<void> Storage::OpenSome(const cluster::ImageRef& published, std::span<Shard* const> shards,
                                 std::vector<log::TopicPartition>& lost_tails) {
  co_await changing_.Take();
  std::vector<Placed> some;
  while (some.size() < kSeenAtOnce && !waiting_.empty()) {
    Placed next = std::move(waiting_.back());
    waiting_.pop_back();
    next.topic = published->FindRef(next.topic->id);
    if (next.topic == nullptr) {  // deleted, and its directory with it
      ++opening_.opened;
      continue;
    }
    const log::TopicPartition name{next.topic->name, next.index};
    if (const auto found = where_.find(name); found != where_.end()) {
      found->second->left_out.erase(name);
    }
    some.push_back(std::move(next));
  }
  co_await OpenThese(std::move(some), shards, lost_tails);
  changing_.Give();
}

}  // namespace varve::broker
