#include "server/coordinator/group_offsets.h"

#include <utility>

namespace varve::coordinator {
namespace {

bool IsOld(const CommittedOffset& offset, int64_t since_ms, int64_t now_ms, int64_t retention_ms) {
  if (offset.expire_ms >= 0) return now_ms >= offset.expire_ms;
  const int64_t from_ms = since_ms == ExpiryFacts::kAtCommit ? offset.commit_ms : since_ms;
  return now_ms - from_ms >= retention_ms;
}

}  // namespace

void GroupOffsets::Set(std::string_view topic, int32_t partition, CommittedOffset offset) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) found = topics_.emplace(std::string(topic), Partitions()).first;
  found->second.insert_or_assign(partition, std::move(offset));
}

const CommittedOffset* GroupOffsets::Find(std::string_view topic, int32_t partition) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return nullptr;
  const auto offset = found->second.find(partition);
  return offset == found->second.end() ? nullptr : &offset->second;
}

bool GroupOffsets::Erase(std::string_view topic, int32_t partition) {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || found->second.erase(partition) == 0) return false;
  if (found->second.empty()) topics_.erase(found);
  return true;
}

void GroupOffsets::AddMissing(GroupOffsets other) {
  for (auto& [topic, partitions] : other.topics_) {
    for (auto& [partition, offset] : partitions) {
      if (Find(topic, partition) == nullptr) Set(topic, partition, std::move(offset));
    }
  }
}

size_t GroupOffsets::size() const {
  size_t count = 0;
  for (const auto& [topic, partitions] : topics_) count += partitions.size();
  return count;
}

std::vector<TopicIndex> GroupOffsets::All() const {
  std::vector<TopicIndex> all;
  for (const auto& [topic, partitions] : topics_) {
    for (const auto& [partition, offset] : partitions) all.push_back({topic, partition});
  }
  return all;
}

std::vector<TopicIndex> GroupOffsets::Of(std::string_view topic) const {
  std::vector<TopicIndex> some;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return some;
  for (const auto& [partition, offset] : found->second) some.push_back({found->first, partition});
  return some;
}

std::vector<TopicIndex> GroupOffsets::Expired(const ExpiryFacts& facts, int64_t now_ms,
                                              int64_t retention_ms) const {
  std::vector<TopicIndex> expired;
  if (!facts.since_ms) return expired;
  for (const auto& [topic, partitions] : topics_) {
    if (facts.subscribed != nullptr && facts.subscribed->contains(topic)) continue;
    for (const auto& [partition, offset] : partitions) {
      if (IsOld(offset, *facts.since_ms, now_ms, retention_ms))
        expired.push_back({topic, partition});
    }
  }
  return expired;
}

}  // namespace varve::coordinator
