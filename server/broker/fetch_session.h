#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/uuid.h"
#include "engine/io/clock.h"
#include "engine/io/loop.h"
#include "server/wire/error.h"
#include "server/wire/fetch.h"

namespace varve::broker {

// One partition of a fetch session: what the client asks for, and what it was last told.
struct SessionPartition {
  std::string name;  // to version 12; else empty
  Uuid topic_id;     // from version 13 on; else zero
  wire::FetchRequest::Partition asked;
  int64_t told_high_watermark = -1;
  int64_t told_log_start = -1;
  bool tell_again = true;  // it is new, or its last answer was an error
};

// What a client wants fetched, kept between its requests so that each tells only what changed
// (KIP-227).
class FetchSession {
 public:
  int32_t id = 0;
  int32_t next_epoch = 1;
  bool by_id = false;  // topics are named by id
  io::MonoTime last_used;
  bool in_use = false;  // by a fetch under way, which points into it

  // In the order in which they are served: whoever was moves to the end.
  std::list<SessionPartition>& partitions() { return partitions_; }
  size_t bytes() const { return bytes_; }  // of memory, about

  // Adds what a request asks for, and takes away what it forgets.
  void Apply(const wire::FetchRequest& request);
  void MoveToEnd(const SessionPartition& partition);

 private:
  // Views of the partition that it leads to, or of a request.
  struct Key {
    std::string_view name;
    Uuid topic_id;
    int32_t index = 0;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      const size_t hash = std::hash<std::string_view>()(key.name);
      return H::combine(std::move(h), hash, key.topic_id, key.index);
    }
  };

  static Key KeyOf(const SessionPartition& partition) {
    return {partition.name, partition.topic_id, partition.asked.index};
  }
  static size_t BytesOf(const SessionPartition& partition);
  void Add(const wire::FetchRequest::Topic& topic, const wire::FetchRequest::Partition& asked);
  void Forget(const Key& key);

  std::list<SessionPartition> partitions_;
  absl::flat_hash_map<Key, std::list<SessionPartition>::iterator> places_;
  size_t bytes_ = 0;
};
using FetchSessionRef = std::shared_ptr<FetchSession>;

// The fetch sessions of one shard's connections. Their ids tell the shard, so that an id of
// another shard's is known as unknown at once.
//
// Bounds    At most `sessions_max`: a full cache makes room by dropping a session that was idle for
//           two minutes, and otherwise opens none; the client then goes on without. Together they
//           take about `bytes_max`: one that would pass it is not opened, or dropped.
// Threads   One loop.
class FetchSessions {
 public:
  FetchSessions(io::Loop& loop, int shard, size_t sessions_max, size_t bytes_max);

  // A new session with the partitions of this request; null if there is no room.
  FetchSessionRef Open(const wire::FetchRequest& request, bool by_id);

  struct Found {
    wire::ErrorCode error = wire::ErrorCode::kNone;
    FetchSessionRef session;
  };
  // The session that an incremental request goes on with, updated by it. kFetchSessionIdNotFound,
  // kInvalidFetchSessionEpoch, kFetchSessionTopicIdError.
  Found Continue(const wire::FetchRequest& request, bool by_id);
  void Close(int32_t id);

  size_t size() const { return sessions_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  int32_t NewId();
  bool MakeRoom();

  io::Loop& loop_;
  const int shard_;
  const size_t sessions_max_;
  const size_t bytes_max_;
  size_t bytes_ = 0;
  std::map<int32_t, FetchSessionRef> sessions_;
};

}  // namespace varve::broker
