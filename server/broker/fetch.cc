#include "server/wire/fetch.h"

#include <algorithm>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/api_table.h"
#include "server/broker/errors.h"
#include "server/broker/fetch_watch.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;
using Asked = wire::FetchRequest::Partition;

constexpr int kFirstVersionWithIds = 13;
// Epochs that are none: the request tells everything.
constexpr int32_t kNewSession = 0;
constexpr int32_t kNoSession = -1;  // also of versions that know no sessions

// One partition of a fetch, from the request to its answer.
struct Item {
  std::string_view name;  // as the client named it
  Uuid topic_id;
  Asked asked;
  SessionPartition* session = nullptr;
  const cluster::Topic* topic = nullptr;

  ErrorCode error = ErrorCode::kNone;
  log::Offsets offsets{-1, -1, -1, -1, -1};
  wire::FetchResponse::EpochEndOffset diverging;
  log::ReadRange read;

  bool has_news() const { return error != ErrorCode::kNone || diverging.epoch >= 0; }
};

struct Fetch {
  wire::FetchRequest request;
  ErrorCode session_error = ErrorCode::kNone;
  FetchSessionRef session;
  int32_t session_id = 0;
  bool incremental = false;
  std::deque<Item> items;
  uint64_t bytes_max = 0;
  uint64_t bytes = 0;
};

bool ById(const RequestContext& context) { return context.version() >= kFirstVersionWithIds; }

void AddItem(const RequestContext& context, Fetch& fetch, Item item) {
  item.topic =
      ById(context) ? context.image().Find(item.topic_id) : context.image().Find(item.name);
  if (item.topic == nullptr) {
    item.error = ById(context) ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition;
  } else if (item.asked.index < 0 ||
             item.asked.index >= static_cast<int32_t>(item.topic->partitions.size())) {
    item.error = ErrorCode::kUnknownTopicOrPartition;
  }
  fetch.items.push_back(std::move(item));
}

void TakeItemsOfRequest(const RequestContext& context, Fetch& fetch) {
  for (const auto& topic : fetch.request.topics) {
    for (const Asked& asked : topic.partitions) {
      Item item;
      item.name = topic.name;
      item.topic_id = topic.topic_id;
      item.asked = asked;
      AddItem(context, fetch, std::move(item));
    }
  }
}

void TakeItemsOfSession(const RequestContext& context, Fetch& fetch) {
  for (SessionPartition& partition : fetch.session->partitions()) {
    Item item;
    item.name = partition.name;
    item.topic_id = partition.topic_id;
    item.asked = partition.asked;
    item.session = &partition;
    AddItem(context, fetch, std::move(item));
  }
}

// Works out which partitions the request means, by the rules of fetch sessions.
void Begin(const RequestContext& context, Fetch& fetch) {
  FetchSessions& sessions = context.shard.fetch_sessions();
  const wire::FetchRequest& request = fetch.request;
  if (request.session_epoch != kNewSession && request.session_epoch != kNoSession) {
    const FetchSessions::Found found = sessions.Continue(request, ById(context));
    fetch.session_error = found.error;
    fetch.session = found.session;
    if (found.session == nullptr) return;
    fetch.session_id = found.session->id;
    fetch.incremental = true;
    return TakeItemsOfSession(context, fetch);
  }
  if (request.session_id != 0) sessions.Close(request.session_id);
  if (request.session_epoch == kNewSession && !request.topics.empty()) {
    fetch.session = sessions.Open(request, ById(context));
  }
  if (fetch.session == nullptr) return TakeItemsOfRequest(context, fetch);
  fetch.session_id = fetch.session->id;
  TakeItemsOfSession(context, fetch);
}

ErrorCode CheckEpoch(int32_t asked, int32_t current) {
  if (asked < 0 || asked == current) return ErrorCode::kNone;
  return asked < current ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
}

// Whether the client's log went another way than ours after its last batch (KIP-595).
bool Diverges(Partition& partition, Item& item) {
  if (item.asked.last_fetched_epoch < 0) return false;
  const log::LeaderEpochs::EndOffset end = partition.log().epochs().EndOffsetFor(
      item.asked.last_fetched_epoch, partition.log().offsets().end);
  if (end.epoch == log::LeaderEpochs::kNone) return false;
  if (end.epoch == item.asked.last_fetched_epoch && end.end_offset >= item.asked.fetch_offset) {
    return false;
  }
  item.diverging = {end.epoch, end.end_offset};
  return true;
}

io::Task<void> ReadOne(Partition& partition, Item& item, uint64_t bytes_left, bool committed,
                       bool whole_first_batch) {
  item.error = CheckEpoch(item.asked.current_leader_epoch, partition.state().leader_epoch);
  if (item.error != ErrorCode::kNone) co_return;
  item.offsets = partition.log().offsets();
  if (Diverges(partition, item)) co_return;
  const int64_t limit = committed ? item.offsets.last_stable : item.offsets.high_watermark;
  const auto wanted = static_cast<uint64_t>(std::max(item.asked.max_bytes, 0));
  auto read = co_await partition.log().Read(item.asked.fetch_offset, std::min(wanted, bytes_left),
                                            limit, whole_first_batch);
  if (read.ok()) {
    item.read = *std::move(read);
    co_return;
  }
  item.error = OfRead(read.status());
  if (item.error != ErrorCode::kOffsetOutOfRange) LogWarning("{}", read.status().ToString());
  item.offsets = {-1, -1, -1, -1, -1};
}

// One shard's part of a fetch.
struct Part {
  Shard* shard = nullptr;
  std::vector<Item*> items;
  std::unique_ptr<FetchWatch> watch;
};

// On the part's shard. The watch is set before the first read: no append falls between.
io::Task<void> ReadPart(Part& part, uint64_t bytes_max, bool committed) {
  uint64_t bytes_left = bytes_max;
  bool first = true;
  for (Item* item : part.items) {
    item->read = {};
    Partition* partition = part.shard->Find({item->topic->id, item->asked.index});
    if (partition == nullptr) {
      item->error = ErrorCode::kNotLeaderOrFollower;
      continue;
    }
    if (part.watch != nullptr) partition->AddWatch(*part.watch);
    co_await ReadOne(*partition, *item, bytes_left, committed, first);
    const uint64_t got = item->read.range.size;
    if (got > 0) first = false;
    bytes_left -= std::min(bytes_left, got);
  }
}

io::Task<void> RemoveWatch(Part& part) {
  for (Item* item : part.items) {
    Partition* partition = part.shard->Find({item->topic->id, item->asked.index});
    if (partition != nullptr) partition->RemoveWatch(*part.watch);
  }
  co_return;
}

io::Task<void> ReadPartFrom(RequestContext& context, Part& part, uint64_t bytes_max,
                            bool committed) {
  auto read = [&] { return ReadPart(part, bytes_max, committed); };
  co_await io::CallOn(context.shard.loop(), part.shard->loop(), read);
}

io::Task<void> RemoveWatchFrom(RequestContext& context, Part& part) {
  auto remove = [&] { return RemoveWatch(part); };
  co_await io::CallOn(context.shard.loop(), part.shard->loop(), remove);
}

std::vector<Part> Divide(const RequestContext& context, Fetch& fetch) {
  std::vector<Part> by_shard(context.broker.shards.size());
  for (Item& item : fetch.items) {
    if (item.topic == nullptr || item.error != ErrorCode::kNone) continue;
    const auto& state = item.topic->partitions[static_cast<size_t>(item.asked.index)];
    by_shard[static_cast<size_t>(state.shard)].items.push_back(&item);
  }
  std::vector<Part> parts;
  for (size_t i = 0; i < by_shard.size(); ++i) {
    if (by_shard[i].items.empty()) continue;
    by_shard[i].shard = context.broker.shards[i];
    parts.push_back(std::move(by_shard[i]));
  }
  return parts;
}

// Shards read without knowing of each other: brings their sum under the request's limit. The
// first batch of the first partition that has any is always whole.
void Limit(Fetch& fetch) {
  fetch.bytes = 0;
  for (Item& item : fetch.items) {
    uint64_t& size = item.read.range.size;
    const uint64_t left = fetch.bytes_max - std::min(fetch.bytes_max, fetch.bytes);
    if (fetch.bytes == 0) {
      size = std::min(size, std::max(left, item.read.first_batch_bytes));
    } else if (left < item.read.first_batch_bytes) {
      size = 0;
    } else {
      size = std::min(size, left);
    }
    fetch.bytes += size;
  }
}

io::Task<void> ReadAll(RequestContext& context, Fetch& fetch, std::vector<Part>& parts) {
  io::Gate reading(context.shard.loop());
  for (Part& part : parts) {
    reading.Spawn(ReadPartFrom(context, part, fetch.bytes_max, fetch.request.isolation_level == 1));
  }
  co_await reading.Close();
  Limit(fetch);
}

bool Enough(const Fetch& fetch) {
  if (fetch.items.empty() || fetch.request.max_wait_ms <= 0) return true;
  const auto wanted =
      std::min(static_cast<uint64_t>(std::max(fetch.request.min_bytes, 0)), fetch.bytes_max);
  if (fetch.bytes >= wanted) return true;
  return std::any_of(fetch.items.begin(), fetch.items.end(),
                     [](const Item& item) { return item.has_news(); });
}

// Reads, and waits for more until there is enough or the client's patience ends. Each shard
// watches for its share of what is missing: when all of it is there, one of them has its share.
io::Task<void> ReadUntilEnough(RequestContext& context, Fetch& fetch) {
  io::Loop& loop = context.shard.loop();
  std::vector<Part> parts = Divide(context, fetch);
  co_await ReadAll(context, fetch, parts);
  const io::MonoTime deadline =
      loop.Now() + std::chrono::milliseconds(std::max(fetch.request.max_wait_ms, 0));
  while (!Enough(fetch) && loop.Now() < deadline && !context.shard.stopping()) {
    const auto wanted = static_cast<uint64_t>(fetch.request.min_bytes);
    const uint64_t before = fetch.bytes;
    const uint64_t share = (wanted - std::min(wanted, before)) / std::max<size_t>(parts.size(), 1);
    io::Event woken(loop);
    for (Part& part : parts) {
      part.watch = std::make_unique<FetchWatch>(loop, part.shard->loop(), woken, share);
    }
    co_await ReadAll(context, fetch, parts);  // and set the watches
    // What came before the watches were set makes their shares too large: they are set anew.
    if (!Enough(fetch) && fetch.bytes == before) {
      co_await context.shard.WaitOrStop(woken, deadline);
    }
    io::Gate removing(loop);
    for (Part& part : parts) removing.Spawn(RemoveWatchFrom(context, part));
    co_await removing.Close();
    for (Part& part : parts) part.watch.reset();
    if (!Enough(fetch)) co_await ReadAll(context, fetch, parts);
  }
}

// An incremental answer has only what is new to the client.
bool WorthTelling(const Fetch& fetch, const Item& item) {
  if (!fetch.incremental) return true;
  return item.has_news() || item.read.range.size > 0 || item.session->tell_again ||
         item.session->told_high_watermark != item.offsets.high_watermark ||
         item.session->told_log_start != item.offsets.log_start;
}

void NoteTold(const Item& item) {
  if (item.session == nullptr) return;
  item.session->told_high_watermark = item.offsets.high_watermark;
  item.session->told_log_start = item.offsets.log_start;
  item.session->tell_again = item.has_news();
}

wire::FetchResponse::Partition ToResponse(const Fetch& fetch, Item& item, net::Reply& reply) {
  wire::FetchResponse::Partition partition;
  partition.index = item.asked.index;
  partition.error_code = item.error;
  partition.high_watermark = item.offsets.high_watermark;
  partition.last_stable_offset = item.offsets.last_stable;
  partition.log_start_offset = item.offsets.log_start;
  partition.diverging_epoch = item.diverging;
  if (fetch.request.isolation_level == 1) partition.aborted_transactions.emplace();
  if (item.read.range.size > 0) {
    partition.records.splice_bytes = static_cast<uint32_t>(item.read.range.size);
    partition.records.splice_id = static_cast<uint32_t>(reply.ranges.size());
    reply.ranges.push_back(std::move(item.read.range));
  }
  return partition;
}

wire::FetchResponse ToResponse(Fetch& fetch, net::Reply& reply) {
  wire::FetchResponse response;
  response.error_code = fetch.session_error;
  response.session_id = fetch.session_id;
  for (Item& item : fetch.items) {
    if (!WorthTelling(fetch, item)) continue;
    NoteTold(item);
    auto* topic = response.topics.empty() ? nullptr : &response.topics.back();
    if (topic == nullptr || topic->name != item.name || topic->topic_id != item.topic_id) {
      topic = &response.topics.emplace_back();
      topic->name = item.name;
      topic->topic_id = item.topic_id;
    }
    topic->partitions.push_back(ToResponse(fetch, item, reply));
  }
  return response;
}

// Whoever was served goes to the end, so that the limit on bytes starves nobody.
void Rotate(FetchSession& session, const std::vector<const SessionPartition*>& served) {
  for (const SessionPartition* partition : served) session.MoveToEnd(*partition);
}

std::vector<const SessionPartition*> Served(const Fetch& fetch) {
  std::vector<const SessionPartition*> served;
  for (const Item& item : fetch.items) {
    if (item.session != nullptr && item.read.range.size > 0) served.push_back(item.session);
  }
  return served;
}

}  // namespace

io::Task<absl::Status> HandleFetch(RequestContext& context, wire::Reader& body) {
  Fetch fetch;
  CO_ASSIGN_OR_RETURN(fetch.request, wire::DecodeBody<wire::FetchRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();  // keeps the topics that items point to
  const auto cap = context.broker.config->settings().fetch_bytes_max;
  fetch.bytes_max = static_cast<uint64_t>(std::max(std::min(fetch.request.max_bytes, cap), 0));
  Begin(context, fetch);
  if (fetch.session != nullptr) fetch.session->in_use = true;
  co_await ReadUntilEnough(context, fetch);
  const std::vector<const SessionPartition*> served = Served(fetch);
  Respond(context, ToResponse(fetch, context.request.reply));
  if (fetch.session != nullptr) {
    Rotate(*fetch.session, served);
    fetch.session->in_use = false;
  }
  co_return absl::OkStatus();
}

}  // namespace varve::broker
