#include "server/broker/fetch_session.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <utility>

namespace varve::broker {
namespace {

constexpr io::Duration kIdleMax = std::chrono::minutes(2);
constexpr int kShardBits = 8;

}  // namespace

size_t FetchSession::BytesOf(const SessionPartition& partition) {
  constexpr size_t kLinks = 2 * sizeof(void*);
  return sizeof(SessionPartition) + kLinks + partition.name.capacity() + 2 * sizeof(Key);
}

void FetchSession::Add(const wire::FetchRequest::Topic& topic,
                       const wire::FetchRequest::Partition& asked) {
  const auto known = places_.find(Key{topic.name, topic.topic_id, asked.index});
  if (known != places_.end()) {
    known->second->asked = asked;
    return;
  }
  partitions_.push_back({std::string(topic.name), topic.topic_id, asked});
  places_.emplace(KeyOf(partitions_.back()), std::prev(partitions_.end()));
  bytes_ += BytesOf(partitions_.back());
}

void FetchSession::Forget(const Key& key) {
  const auto found = places_.find(key);
  if (found == places_.end()) return;
  const auto partition = found->second;
  places_.erase(found);
  bytes_ -= BytesOf(*partition);
  partitions_.erase(partition);
}

void FetchSession::Apply(const wire::FetchRequest& request) {
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) Add(topic, asked);
  }
  for (const auto& topic : request.forgotten_topics) {
    for (const int32_t index : topic.partitions) Forget({topic.name, topic.topic_id, index});
  }
}

void FetchSession::MoveToEnd(const SessionPartition& partition) {
  partitions_.splice(partitions_.end(), partitions_, places_.at(KeyOf(partition)));
}

FetchSessions::FetchSessions(io::Loop& loop, int shard, size_t sessions_max, size_t bytes_max)
    : loop_(loop), shard_(shard), sessions_max_(sessions_max), bytes_max_(bytes_max) {}

int32_t FetchSessions::NewId() {
  constexpr int32_t kNumbers = std::numeric_limits<int32_t>::max() >> kShardBits;
  for (;;) {
    const auto number = static_cast<int32_t>(loop_.random().Below(kNumbers)) + 1;
    const int32_t id = ((number << kShardBits) | (shard_ & ((1 << kShardBits) - 1))) &
                       std::numeric_limits<int32_t>::max();
    if (id != 0 && !sessions_.contains(id)) return id;
  }
}

bool FetchSessions::MakeRoom() {
  if (sessions_.size() < sessions_max_) return true;
  const auto oldest = std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& a, const auto& b) { return a.second->last_used < b.second->last_used; });
  if (oldest == sessions_.end() || loop_.Now() - oldest->second->last_used < kIdleMax) {
    return false;
  }
  Close(oldest->first);
  return true;
}

FetchSessionRef FetchSessions::Open(const wire::FetchRequest& request, bool by_id) {
  if (!MakeRoom()) return nullptr;
  auto session = std::make_shared<FetchSession>();
  session->id = NewId();
  session->by_id = by_id;
  session->last_used = loop_.Now();
  session->Apply(request);
  if (bytes_ + session->bytes() > bytes_max_) return nullptr;
  bytes_ += session->bytes();
  sessions_[session->id] = session;
  return session;
}

FetchSessions::Found FetchSessions::Continue(const wire::FetchRequest& request, bool by_id) {
  const auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) return {wire::ErrorCode::kFetchSessionIdNotFound, nullptr};
  FetchSession& session = *found->second;
  if (request.session_epoch != session.next_epoch || session.in_use) {
    return {wire::ErrorCode::kInvalidFetchSessionEpoch, nullptr};
  }
  if (by_id != session.by_id) return {wire::ErrorCode::kFetchSessionTopicIdError, nullptr};
  bytes_ -= session.bytes();
  session.Apply(request);
  bytes_ += session.bytes();
  if (bytes_ > bytes_max_) {
    Close(session.id);
    return {wire::ErrorCode::kFetchSessionIdNotFound, nullptr};
  }
  session.next_epoch =
      session.next_epoch == std::numeric_limits<int32_t>::max() ? 1 : session.next_epoch + 1;
  session.last_used = loop_.Now();
  return {wire::ErrorCode::kNone, found->second};
}

void FetchSessions::Close(int32_t id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  bytes_ -= found->second->bytes();
  sessions_.erase(found);
}

}  // namespace varve::broker
