#pragma once

#include "engine/io/call.h"
#include "server/broker/context.h"

namespace varve::broker {

// Runs a task of the controller where it lives. `function` makes the task, and outlives it.
template <typename Function>
auto AskController(const RequestContext& context, Function& function) {
  return io::CallOn(context.shard.loop(), context.broker.shards[0]->loop(), function);
}

}  // namespace varve::broker
