#include "server/broker/fetch_read.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/sync.h"
#include "server/broker/errors.h"
#include "server/broker/fan_out.h"
#include "server/broker/fetch_watch.h"
#include "server/broker/shard.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;

ErrorCode CheckEpoch(int32_t asked, int32_t current) {
  if (asked < 0 || asked == current) return ErrorCode::kNone;
  return asked < current ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
}

// Whether the client's log went another way than ours after its last batch (KIP-595).
bool Diverges(Partition& partition, FetchItem& item) {
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

io::Task<void> ReadOne(Partition& partition, FetchItem& item, uint64_t bytes_left, bool committed,
                       bool whole_first_batch) {
  item.error = CheckEpoch(item.asked.current_leader_epoch, partition.state().leader_epoch);
  if (item.error != ErrorCode::kNone) co_return;
  item.offsets = partition.log().offsets();
  if (Diverges(partition, item)) co_return;
  const int64_t limit = committed ? item.offsets.last_stable : item.offsets.high_watermark;
  const auto wanted = static_cast<uint64_t>(std::max(item.asked.max_bytes, 0));
  auto read = co_await partition.log().Read(item.asked.fetch_offset, std::min(wanted, bytes_left),
                                            limit, whole_first_batch);
  absl::Status status = read.status();
  if (status.ok()) item.read = *std::move(read);
  if (status.ok() && committed) {
    auto aborted = co_await partition.log().AbortedIn(item.read);
    status = aborted.status();
    if (status.ok()) item.aborted = *std::move(aborted);
  }
  if (status.ok()) co_return;
  item.read = {};
  item.error = OfRead(status);
  if (item.error != ErrorCode::kOffsetOutOfRange) LogWarning("{}", status.ToString());
  item.offsets = {-1, -1, -1, -1, -1};
}

// One shard's part of a fetch.
struct Part {
  Shard* shard = nullptr;
  Items<FetchItem> items;
  std::unique_ptr<FetchWatch> watch;
};

using Parts = absl::InlinedVector<Part, 4>;

// On the part's shard. The watch is set before the first read: no append falls between.
io::Task<void> ReadPart(Part& part, uint64_t bytes_max, bool committed) {
  uint64_t bytes_left = bytes_max;
  bool first = true;
  for (FetchItem* item : part.items) {
    item->read = {};
    item->aborted.clear();
    const PartitionKey key{item->topic->id, item->asked.index};
    Partition* partition = part.shard->Find(key);
    if (partition == nullptr) {
      item->error = OfMissing(*part.shard, key);
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
  for (FetchItem* item : part.items) {
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

Parts Divide(const RequestContext& context, Fetch& fetch) {
  Parts by_shard(context.broker.shards.size());
  for (FetchItem& item : fetch.items) {
    if (item.topic == nullptr || item.error != ErrorCode::kNone) continue;
    const auto& state = item.topic->partitions[static_cast<size_t>(item.asked.index)];
    by_shard[static_cast<size_t>(state.shard)].items.push_back(&item);
  }
  Parts parts;
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
  for (FetchItem& item : fetch.items) {
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

io::Task<void> ReadAll(RequestContext& context, Fetch& fetch, Parts& parts) {
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
                     [](const FetchItem& item) { return item.has_news(); });
}

// How long the client may wait. No longer than a connection may be idle: the request holds memory.
io::MonoTime DeadlineOf(const RequestContext& context, const Fetch& fetch) {
  std::chrono::milliseconds wait(std::max(fetch.request.max_wait_ms, 0));
  const std::chrono::milliseconds idle_max(
      context.broker.config->settings().connection_idle_ms_max);
  if (idle_max.count() > 0) wait = std::min(wait, idle_max);
  return context.shard.loop().Now() + wait;
}

// More partitions than there are: some come twice. Honest clients do not ask so, and a request that
// waits must not hold more than an honest one.
bool TooManyToWait(const RequestContext& context, const Fetch& fetch) {
  return fetch.items.size() > context.image().partition_count();
}

}  // namespace

// Each shard watches for its share of what is missing: when all of it is there, one of them has
// its share.
io::Task<void> ReadUntilEnough(RequestContext& context, Fetch& fetch) {
  io::Loop& loop = context.shard.loop();
  Parts parts = Divide(context, fetch);
  co_await ReadAll(context, fetch, parts);
  if (TooManyToWait(context, fetch)) co_return;
  const io::MonoTime deadline = DeadlineOf(context, fetch);
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
      co_await WaitForOthers(context, context.shard.WaitOrStop(woken, deadline));
    }
    io::Gate removing(loop);
    for (Part& part : parts) removing.Spawn(RemoveWatchFrom(context, part));
    co_await removing.Close();
    for (Part& part : parts) part.watch.reset();
    if (!Enough(fetch)) co_await ReadAll(context, fetch, parts);
  }
}

}  // namespace varve::broker
