#pragma once

#include "engine/io/task.h"
#include "server/broker/context.h"
#include "server/metrics/snapshot.h"

namespace varve::broker {

// Gathers what metrics are made of: one message to each shard, which looks at its things some at a
// time and lets others have their turns in between. What is not there yet, as the broker starts,
// is left out.
//
// Threads   The first shard's loop.
io::Task<metrics::Snapshot> Scrape(const BrokerFacts& broker);

}  // namespace varve::broker
