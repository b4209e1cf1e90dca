#include "server/broker/fetch_session.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace varve::broker {
namespace {

constexpr io::Duration kIdleMax = std::chrono::minutes(2);
constexpr int kShardBits = 8;

bool Same(const SessionPartition& partition, std::string_view name, const Uuid& topic_id,
          int32_t index) {
  return partition.asked.index == index && partition.topic_id == topic_id && partition.name == name;
}

void Add(FetchSession& session, const wire::FetchRequest::Topic& topic,
         const wire::FetchRequest::Partition& asked) {
  for (SessionPartition& partition : session.partitions) {
    if (!Same(partition, topic.name, topic.topic_id, asked.index)) continue;
    partition.asked = asked;
    return;
  }
  session.partitions.push_back({std::string(topic.name), topic.topic_id, asked});
}

void AddAll(FetchSession& session, const wire::FetchRequest& request) {
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) Add(session, topic, asked);
  }
}

void Forget(FetchSession& session, const wire::FetchRequest& request) {
  for (const auto& topic : request.forgotten_topics) {
    for (const int32_t index : topic.partitions) {
      session.partitions.remove_if([&](const SessionPartition& partition) {
        return Same(partition, topic.name, topic.topic_id, index);
      });
    }
  }
}

}  // namespace

FetchSessions::FetchSessions(io::Loop& loop, int shard, size_t sessions_max)
    : loop_(loop), shard_(shard), sessions_max_(sessions_max) {}

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
  sessions_.erase(oldest);
  return true;
}

FetchSessionRef FetchSessions::Open(const wire::FetchRequest& request, bool by_id) {
  if (!MakeRoom()) return nullptr;
  auto session = std::make_shared<FetchSession>();
  session->id = NewId();
  session->by_id = by_id;
  session->last_used = loop_.Now();
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      session->partitions.push_back({std::string(topic.name), topic.topic_id, asked});
    }
  }
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
  AddAll(session, request);
  Forget(session, request);
  session.next_epoch =
      session.next_epoch == std::numeric_limits<int32_t>::max() ? 1 : session.next_epoch + 1;
  session.last_used = loop_.Now();
  return {wire::ErrorCode::kNone, found->second};
}

void FetchSessions::Close(int32_t id) { sessions_.erase(id); }

}  // namespace varve::broker
