#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "server/coordinator/consumer/assignor.h"

namespace varve::coordinator {
namespace {

// One topic while its partitions are handed out. Members are told by their rank, which is their
// place in the order of their ids.
struct Topic {
  AssignorTopic facts{};
  std::vector<size_t> readers{};  // ranks, ascending
  std::vector<size_t> owners{};   // a rank for each partition, or kNobody
};

constexpr size_t kNobody = ~size_t{0};

class Dealer {
 public:
  Dealer(std::span<const AssignorMember> members, std::span<const AssignorTopic> topics)
      : members_(members), by_rank_(members.size()), load_(members.size(), 0) {
    std::iota(by_rank_.begin(), by_rank_.end(), size_t{0});
    std::ranges::sort(by_rank_, {}, [&](size_t place) { return members[place].id; });
    for (const AssignorTopic& topic : topics) AddTopic(topic);
  }

  void Keep();
  void HandOut();
  void Balance();
  std::vector<Assignment> Shares() const;

 private:
  // The one that has least, and of those the first.
  using Least = std::priority_queue<std::pair<size_t, size_t>,
                                    std::vector<std::pair<size_t, size_t>>, std::greater<>>;
  using Ranking = std::set<std::pair<size_t, size_t>>;  // loads and ranks

  void AddTopic(const AssignorTopic& facts) {
    Topic topic{.facts = facts,
                .owners = std::vector(static_cast<size_t>(facts.partitions), kNobody)};
    for (size_t rank = 0; rank < by_rank_.size(); ++rank) {
      if (std::ranges::binary_search(At(rank).topics, facts.id)) topic.readers.push_back(rank);
    }
    if (!topic.readers.empty()) topics_.push_back(std::move(topic));
  }
  const AssignorMember& At(size_t rank) const { return members_[by_rank_[rank]]; }
  Topic* Find(const Uuid& id) {
    const auto found =
        std::ranges::lower_bound(topics_, id, {}, [](const Topic& each) { return each.facts.id; });
    return found != topics_.end() && found->facts.id == id ? &*found : nullptr;
  }
  void KeepOne(size_t rank, const TopicPartition& held);
  bool IsBalanced(const Topic& topic) const;
  void BalanceTopic(Topic& topic);
  Least LeastOf(const Topic& topic) const;

  std::span<const AssignorMember> members_;
  std::vector<size_t> by_rank_;  // places in members_
  std::vector<size_t> load_;     // partitions of each rank
  std::vector<Topic> topics_;    // that somebody reads, ascending
};

void Dealer::KeepOne(size_t rank, const TopicPartition& held) {
  Topic* const topic = Find(held.topic);
  if (topic == nullptr || held.partition < 0 || held.partition >= topic->facts.partitions) return;
  if (!std::ranges::binary_search(topic->readers, rank)) return;
  size_t& owner = topic->owners[static_cast<size_t>(held.partition)];
  if (owner != kNobody) return;
  owner = rank;
  ++load_[rank];
}

void Dealer::Keep() {
  for (size_t rank = 0; rank < by_rank_.size(); ++rank) {
    for (const TopicPartition& held : At(rank).current) KeepOne(rank, held);
  }
}

Dealer::Least Dealer::LeastOf(const Topic& topic) const {
  Least least;
  for (const size_t rank : topic.readers) least.emplace(load_[rank], rank);
  return least;
}

// Topics with few readers first: their partitions can go nowhere else.
void Dealer::HandOut() {
  std::vector<Topic*> order;
  for (Topic& topic : topics_) {
    if (std::ranges::find(topic.owners, kNobody) != topic.owners.end()) order.push_back(&topic);
  }
  std::ranges::sort(order, {}, [](const Topic* topic) {
    return std::pair(topic->readers.size(), topic->facts.id);
  });
  for (Topic* const topic : order) {
    Least least = LeastOf(*topic);
    for (size_t& owner : topic->owners) {
      if (owner != kNobody) continue;
      owner = least.top().second;
      least.pop();
      least.emplace(++load_[owner], owner);
    }
  }
}

bool Dealer::IsBalanced(const Topic& topic) const {
  const auto load_of = [&](size_t rank) { return load_[rank]; };
  const size_t least = *std::ranges::min_element(topic.readers, {}, load_of);
  const size_t most = *std::ranges::max_element(topic.owners, {}, load_of);
  return load_[most] < load_[least] + 2;
}

// From who has most to who has least, one by one, as long as that brings them nearer.
void Dealer::BalanceTopic(Topic& topic) {
  std::map<size_t, std::vector<size_t>> held;
  for (size_t i = 0; i < topic.owners.size(); ++i) held[topic.owners[i]].push_back(i);
  Ranking readers;
  Ranking owners;
  for (const size_t rank : topic.readers) readers.emplace(load_[rank], rank);
  for (const auto& [rank, partitions] : held) owners.emplace(load_[rank], rank);
  while (owners.rbegin()->first >= readers.begin()->first + 2) {
    const size_t from = owners.rbegin()->second;
    const size_t to = readers.begin()->second;
    for (const size_t rank : {from, to}) {
      readers.erase({load_[rank], rank});
      owners.erase({load_[rank], rank});
    }
    held[to].push_back(held[from].back());
    topic.owners[held[from].back()] = to;
    held[from].pop_back();
    --load_[from];
    ++load_[to];
    for (const size_t rank : {from, to}) {
      readers.emplace(load_[rank], rank);
      if (!held[rank].empty()) owners.emplace(load_[rank], rank);
    }
  }
}

// Ends: each move makes the sum of the squares of all loads smaller.
void Dealer::Balance() {
  bool moved = true;
  while (moved) {
    moved = false;
    for (Topic& topic : topics_) {
      if (topic.owners.empty() || IsBalanced(topic)) continue;
      BalanceTopic(topic);
      moved = true;
    }
  }
}

std::vector<Assignment> Dealer::Shares() const {
  std::vector<Assignment> shares(members_.size());
  for (size_t rank = 0; rank < by_rank_.size(); ++rank) {
    shares[by_rank_[rank]].reserve(load_[rank]);
  }
  for (const Topic& topic : topics_) {
    for (size_t i = 0; i < topic.owners.size(); ++i) {
      const auto partition = static_cast<int32_t>(i);
      shares[by_rank_[topic.owners[i]]].push_back({topic.facts.id, partition});
    }
  }
  return shares;
}

}  // namespace

std::vector<Assignment> AssignUniform(std::span<const AssignorMember> members,
                                      std::span<const AssignorTopic> topics) {
  Dealer dealer(members, topics);
  dealer.Keep();
  dealer.HandOut();
  dealer.Balance();
  return dealer.Shares();
}

}  // namespace varve::coordinator
