#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

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
struct FetchSession {
  int32_t id = 0;
  int32_t next_epoch = 1;
  bool by_id = false;                      // topics are named by id
  std::list<SessionPartition> partitions;  // whoever was served moves to the end
  io::MonoTime last_used;
  bool in_use = false;  // by a fetch under way, which points into it
};
using FetchSessionRef = std::shared_ptr<FetchSession>;

// The fetch sessions of one shard's connections. Their ids tell the shard, so that an id of
// another shard's is known as unknown at once.
//
// Bound     At most `sessions_max`: a full cache makes room by dropping a session that was idle for
//           two minutes, and otherwise opens none; the client then goes on without.
// Threads   One loop.
class FetchSessions {
 public:
  FetchSessions(io::Loop& loop, int shard, size_t sessions_max);

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

 private:
  int32_t NewId();
  bool MakeRoom();

  io::Loop& loop_;
  const int shard_;
  const size_t sessions_max_;
  std::unordered_map<int32_t, FetchSessionRef> sessions_;
};

}  // namespace varve::broker
