#include "server/wire/fetch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/fetch_read.h"

namespace varve::broker {
namespace {

using wire::ErrorCode;
using Asked = wire::FetchRequest::Partition;

constexpr int kFirstVersionWithIds = 13;
// Epochs that are none: the request tells everything.
constexpr int32_t kNewSession = 0;
constexpr int32_t kNoSession = -1;  // also of versions that know no sessions

bool ById(const RequestContext& context) { return context.version() >= kFirstVersionWithIds; }

void AddItem(const RequestContext& context, Fetch& fetch, FetchItem item) {
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
      FetchItem item;
      item.name = topic.name;
      item.topic_id = topic.topic_id;
      item.asked = asked;
      AddItem(context, fetch, std::move(item));
    }
  }
}

void TakeItemsOfSession(const RequestContext& context, Fetch& fetch) {
  for (SessionPartition& partition : fetch.session->partitions()) {
    FetchItem item;
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

// An incremental answer has only what is new to the client.
bool WorthTelling(const Fetch& fetch, const FetchItem& item) {
  if (!fetch.incremental) return true;
  return item.has_news() || item.read.range.size > 0 || item.session->tell_again ||
         item.session->told_high_watermark != item.offsets.high_watermark ||
         item.session->told_log_start != item.offsets.log_start;
}

void NoteTold(const FetchItem& item) {
  if (item.session == nullptr) return;
  item.session->told_high_watermark = item.offsets.high_watermark;
  item.session->told_log_start = item.offsets.log_start;
  item.session->tell_again = item.has_news();
}

wire::FetchResponse::Partition ToResponse(const Fetch& fetch, FetchItem& item, net::Reply& reply) {
  wire::FetchResponse::Partition partition;
  partition.index = item.asked.index;
  partition.error_code = item.error;
  partition.high_watermark = item.offsets.high_watermark;
  partition.last_stable_offset = item.offsets.last_stable;
  partition.log_start_offset = item.offsets.log_start;
  partition.diverging_epoch = item.diverging;
  if (fetch.request.isolation_level == 1) {
    auto& aborted = partition.aborted_transactions.emplace();
    for (const log::AbortedTransaction& one : item.aborted) {
      aborted.push_back({one.producer_id, one.first_offset});
    }
  }
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
  for (FetchItem& item : fetch.items) {
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

void Count(RequestContext& context, const Fetch& fetch) {
  metrics::TopicTable& topics = context.shard.counters().topics;
  for (const FetchItem& item : fetch.items) {
    metrics::TopicCounters one;
    one.fetch_requests = 1;
    one.failed_fetch_requests = item.error == ErrorCode::kNone ? 0 : 1;
    one.bytes_out = item.read.range.size;
    topics.all().Add(one);
    if (item.topic != nullptr) topics.Of(item.topic->id).Add(one);
  }
}

// Whoever was served goes to the end, so that the limit on bytes starves nobody.
void Rotate(FetchSession& session, const std::vector<const SessionPartition*>& served) {
  for (const SessionPartition* partition : served) session.MoveToEnd(*partition);
}

std::vector<const SessionPartition*> Served(const Fetch& fetch) {
  std::vector<const SessionPartition*> served;
  for (const FetchItem& item : fetch.items) {
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
  Count(context, fetch);
  const std::vector<const SessionPartition*> served = Served(fetch);
  Respond(context, ToResponse(fetch, context.request.reply));
  if (fetch.session != nullptr) {
    Rotate(*fetch.session, served);
    fetch.session->in_use = false;
  }
  co_return absl::OkStatus();
}

}  // namespace varve::broker
