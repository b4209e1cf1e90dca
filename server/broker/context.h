#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "server/broker/shard.h"
#include "server/cluster/controller.h"
#include "server/cluster/image.h"
#include "server/cluster/producer_ids.h"
#include "server/config/broker_config.h"
#include "server/logging.h"
#include "server/net/connection_count.h"
#include "server/net/handler.h"
#include "server/wire/error_tally.h"
#include "server/wire/header.h"
#include "server/wire/message.h"

namespace varve::broker {

class Storage;

// An address that clients of one listener are told to connect to.
struct AdvertisedEndpoint {
  std::string host;
  uint16_t port = 0;
};

// What handlers need of the broker as a whole.
//
// Threads   Immutable after the start, except what is called on the controller's loop.
struct BrokerFacts {
  const config::BrokerConfig* config = nullptr;
  int32_t node_id = -1;
  std::vector<AdvertisedEndpoint> advertised;  // by listener
  std::vector<Shard*> shards;                  // the controller lives on the first one's loop
  cluster::Controller* controller = nullptr;
  cluster::ProducerIds* producer_ids = nullptr;      // likewise
  Storage* storage = nullptr;                        // likewise
  net::ConnectionCount* connection_count = nullptr;  // likewise
};

// One request, as its handler sees it.
struct RequestContext {
  const BrokerFacts& broker;
  Shard& shard;  // the connection's
  const net::Peer& peer;
  wire::RequestHeader header;
  net::Request& request;
  std::string_view principal = "User:ANONYMOUS";

  int version() const { return header.api_version; }
  const cluster::Image& image() const { return *shard.image(); }
  const AdvertisedEndpoint& advertised() const { return broker.advertised[peer.listener]; }
};

// Waits for what somebody else has to do, or for the time that the client asked to wait: it is not
// the broker that is slow.
template <typename Result>
io::Task<Result> WaitForOthers(RequestContext& context, io::Task<Result> task) {
  const io::MonoTime begun = context.shard.loop().Now();
  if constexpr (std::is_void_v<Result>) {
    co_await std::move(task);
    context.request.waited += context.shard.loop().Now() - begun;
  } else {
    Result result = co_await std::move(task);
    context.request.waited += context.shard.loop().Now() - begun;
    co_return result;
  }
}

// Writes the answer, and counts the errors in it. What it refers to need not outlive the call,
// except file ranges.
template <typename Response>
void Respond(RequestContext& context, const Response& response) {
  metrics::ApiCounters& counters = context.shard.counters().requests.Of(Response::Api::kKey);
  wire::ForEachError(response, context.version(),
                     [&counters](wire::ErrorCode code) { counters.Add(code); });
  constexpr size_t kUsualBytes = 256;  // most answers fit, and need memory once
  net::Reply& reply = context.request.reply;
  reply.bytes.reserve(kUsualBytes);
  const absl::Status encoded = wire::EncodeResponse(
      context.header.correlation_id, context.version(), response, reply.bytes, reply.splices);
  if (encoded.ok()) return;
  LogError("no answer to {} of {}: {}", wire::Name(context.header.api_key), context.peer.address,
           encoded.ToString());
  reply.close = true;
}

}  // namespace varve::broker
