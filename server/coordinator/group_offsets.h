#pragma once

#include <absl/container/btree_map.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/subscription.h"

namespace varve::coordinator {

// How far a group has read one partition.
struct CommittedOffset {
  int64_t offset = -1;
  int32_t leader_epoch = -1;
  std::string metadata{};
  int64_t commit_ms = -1;  // wall clock
  int64_t expire_ms = -1;  // -1: as the broker is configured

  friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
};

struct TopicIndex {
  std::string topic{};
  int32_t partition = 0;

  friend bool operator==(const TopicIndex&, const TopicIndex&) = default;
};

// What must be known of a group to say which of its offsets are old.
struct ExpiryFacts {
  // Since when nobody reads: the time from which an offset's age counts. kAtCommit: from its
  // commit on, in a group that nobody ever joined, or for topics that its members do not read.
  // Nothing: members may read any topic, and no offset gets old.
  static constexpr int64_t kAtCommit = -1;
  std::optional<int64_t> since_ms{};
  // What the members read, if that can be told: their offsets do not get old.
  const TopicSet* subscribed = nullptr;
};

// The committed offsets of one group, by topic and partition.
class GroupOffsets {
 public:
  using Partitions = absl::btree_map<int32_t, CommittedOffset>;
  using Topics = absl::btree_map<std::string, Partitions, std::less<>>;

  void Set(std::string_view topic, int32_t partition, CommittedOffset offset);
  // Nullptr if there is none.
  const CommittedOffset* Find(std::string_view topic, int32_t partition) const;
  // Whether it was there.
  bool Erase(std::string_view topic, int32_t partition);
  // Takes those of `other` that are not here yet.
  void AddMissing(GroupOffsets other);

  bool empty() const { return topics_.empty(); }
  size_t size() const;
  const Topics& topics() const { return topics_; }  // none is without partitions

  std::vector<TopicIndex> All() const;
  std::vector<TopicIndex> Of(std::string_view topic) const;
  // Those that are older than `retention_ms` now, or whose own time has come. Looks at all.
  std::vector<TopicIndex> Expired(const ExpiryFacts& facts, int64_t now_ms,
                                  int64_t retention_ms) const;

 private:
  Topics topics_;
};

}  // namespace varve::coordinator
