#pragma once

#include <cstdint>
#include <limits>

namespace varve::wire {

// What a client may do, in a field that has a bit for each operation, when it did not ask.
inline constexpr int32_t kNoOperations = std::numeric_limits<int32_t>::min();

}  // namespace varve::wire
