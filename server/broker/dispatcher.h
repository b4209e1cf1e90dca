#pragma once

#include "server/broker/context.h"
#include "server/broker/placement.h"
#include "server/net/handler.h"

namespace varve::broker {

// Where a shard's requests go: reads the header of each, and calls the handler of its API.
//
// Threads   The shard's loop.
class Dispatcher : public net::Handler {
 public:
  explicit Dispatcher(const BrokerFacts& broker) : broker_(broker) {}
  void set_shard(Shard& shard) { shard_ = &shard; }

  net::Placement PlaceOf(MutableBytes frame) override {
    return broker::PlaceOf(broker_, *shard_, frame);
  }
  bool MayOverlap(Bytes frame) const override;
  io::Task<void> Handle(net::Request& request) override;
  io::Task<void> Ended(const net::Peer& peer) override;

 private:
  const BrokerFacts& broker_;
  Shard* shard_ = nullptr;
};

}  // namespace varve::broker
