#pragma once

#include <cstdint>

#include "engine/io/sim/options.h"

namespace varve::io {

// Runs something of everything in one world, a power loss included: three loops, files, timers,
// pool jobs, connections. Returns the trace hash.
uint64_t TraceOfWorkload(SimOptions options);

}  // namespace varve::io
