#include "server/broker/dispatcher.h"

#include "engine/base/byte_order.h"
#include "engine/io/call.h"
#include "server/broker/api_table.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

void Refuse(net::Request& request, const std::string& reason) {
  LogInfo("closing connection of {}: {}", request.peer->address, reason);
  request.reply.close = true;
}

uint64_t BytesOf(const net::Reply& reply) {
  uint64_t bytes = reply.bytes.size();
  for (const io::FileRange& range : reply.ranges) bytes += range.size;
  return bytes;
}

// A request that was answered.
void Count(RequestContext& context, io::MonoTime begun) {
  Shard& shard = context.shard;
  const io::MonoTime now = shard.loop().Now();
  const net::Request& request = context.request;
  const metrics::RequestTimes times{begun - request.received, request.waited, now - begun};
  shard.counters().requests.Of(context.header.api_key).Add(context.version(), times, now);
  if (!shard.slow_requests().IsSlow(times)) return;
  ++shard.counters().slow_requests;
  const AnsweredRequest answered{wire::Name(context.header.api_key),
                                 context.version(),
                                 context.header.client_id,
                                 context.peer.address,
                                 times,
                                 request.frame.size(),
                                 BytesOf(request.reply)};
  shard.slow_requests().Tell(answered, now);
}

io::Task<void> RemoveFrom(net::ConnectionCount& count, const std::string& host) {
  count.Remove(host);
  co_return;
}

}  // namespace

io::Task<void> Dispatcher::Ended(const net::Peer& peer) {
  auto remove = [&] { return RemoveFrom(*broker_.connection_count, peer.host); };
  co_await io::CallOn(shard_->loop(), broker_.shards[0]->loop(), remove);
}

bool Dispatcher::MayOverlap(Bytes frame) const {
  if (frame.size() < sizeof(int16_t)) return false;
  const auto key = static_cast<wire::ApiKey>(LoadBigEndian<int16_t>(frame.data()));
  const ApiEntry* api = FindApi(key);
  return api != nullptr && api->may_overlap;
}

io::Task<void> Dispatcher::Handle(net::Request& request) {
  wire::Reader reader = wire::Reader::OverMutable(request.frame);
  const auto header = wire::ReadRequestHeader(reader);
  if (!header.ok()) {
    Refuse(request, std::string(header.status().message()));
    co_return;
  }
  RequestContext context{broker_, *shard_, *request.peer, *header, request};
  const ApiEntry* api = FindApi(header->api_key);
  if (api == nullptr) {
    Refuse(request, fmt::format("a request for API {} ({}), which is not served",
                                static_cast<int>(header->api_key), wire::Name(header->api_key)));
    co_return;
  }
  if (context.version() < api->min_version || context.version() > api->max_version) {
    if (api->key == wire::ApiKey::kApiVersions) {
      AnswerUnknownApiVersions(context);
    } else {
      Refuse(request, fmt::format("{} version {}; {} to {} are served", wire::Name(api->key),
                                  context.version(), api->min_version, api->max_version));
    }
    co_return;
  }
  const io::MonoTime begun = shard_->loop().Now();
  const absl::Status read = co_await api->handle(context, reader);
  Count(context, begun);
  if (!read.ok()) {
    Refuse(request, fmt::format("a malformed {} request, version {}: {}", wire::Name(api->key),
                                context.version(), std::string(read.message())));
  }
}

}  // namespace varve::broker
