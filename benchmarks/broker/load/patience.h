#pragma once

#include "engine/io/clock.h"

namespace varve::bench {

// How long a connection may take, and the last answers after the load has ended.
inline constexpr io::Duration kConnectPatience = std::chrono::seconds(30);
inline constexpr io::Duration kAnswerPatience = std::chrono::seconds(30);

}  // namespace varve::bench
