#pragma once

#include "engine/io/clock.h"
#include "server/wire/error.h"

namespace varve::cli {

// Whether the same request may succeed a little later, perhaps at another broker.
bool IsRetriable(wire::ErrorCode code);

// How long to wait before attempt number `attempt` (the second is 1): 50 ms, doubled each time,
// 1 s at most.
io::Duration PauseBefore(int attempt);

}  // namespace varve::cli
