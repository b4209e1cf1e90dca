#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/task.h"
#include "engine/log/log.h"
#include "server/broker/context.h"
#include "server/broker/fetch_session.h"
#include "server/cluster/image.h"
#include "server/wire/error.h"
#include "server/wire/fetch.h"

namespace varve::broker {

// One partition of a fetch, from the request to its answer.
struct FetchItem {
  std::string_view name;  // as the client named it
  Uuid topic_id;
  wire::FetchRequest::Partition asked;
  SessionPartition* session = nullptr;
  const cluster::Topic* topic = nullptr;

  wire::ErrorCode error = wire::ErrorCode::kNone;
  log::Offsets offsets{-1, -1, -1, -1, -1};
  wire::FetchResponse::EpochEndOffset diverging;
  log::ReadRange read;
  std::vector<log::AbortedTransaction> aborted;  // for a reader of what is committed

  bool has_news() const { return error != wire::ErrorCode::kNone || diverging.epoch >= 0; }
};

struct Fetch {
  wire::FetchRequest request;
  wire::ErrorCode session_error = wire::ErrorCode::kNone;
  FetchSessionRef session;
  int32_t session_id = 0;
  bool incremental = false;
  absl::InlinedVector<FetchItem, 1> items;
  uint64_t bytes_max = 0;
  uint64_t bytes = 0;
};

// Fills in what the items of `fetch` find in their logs. Waits for more until there is enough or
// the client's patience ends.
//
// Lifetime  The topics that the items point to outlive the call.
io::Task<void> ReadUntilEnough(RequestContext& context, Fetch& fetch);

}  // namespace varve::broker
