#pragma once

#include "engine/io/call.h"
#include "server/broker/context.h"

namespace varve::broker {

// Runs a task on the loop of everything that there is only one of: the controller, the log
// directories. `function` makes the task, and outlives it.
template <typename Function>
auto CallHome(const RequestContext& context, Function& function) {
  return io::CallOn(context.shard.loop(), context.broker.shards[0]->loop(), function);
}

}  // namespace varve::broker
