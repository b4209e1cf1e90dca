#pragma once

#include <absl/status/status.h>

#include <memory>

#include "engine/base/bytes.h"
#include "engine/io/net.h"

namespace varve::bench {

// The first thing that clients ask on a connection, ApiVersions, in a version that all brokers
// know; and waits for the answer, which it does not look into.
// Errors    Unavailable: the connection broke.
io::Task<absl::Status> ShakeHands(io::Stream& stream, MutableBytes scratch);

}  // namespace varve::bench
