#pragma once

#include "engine/base/bytes.h"
#include "server/broker/context.h"
#include "server/net/handler.h"

namespace varve::broker {

// Where the connection of a request is served best, which Produce and Fetch tell: on the shard that
// has all of their partitions, since no message need go between shards then. Not if more
// connections have settled there than here: one partition that everybody uses must not bring
// everybody to one thread.
//
// Threads   The loop of `here`.
net::Placement PlaceOf(const BrokerFacts& broker, Shard& here, MutableBytes frame);

}  // namespace varve::broker
