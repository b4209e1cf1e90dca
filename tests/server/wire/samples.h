#pragma once

#include <string_view>

#include "engine/base/uuid.h"
#include "tests/server/wire/all_messages.h"

namespace varve::wire {

// The messages whose bytes golden_messages.txt holds, one for each type: every field is set in
// the first element of each list, and as few as possible in the second.
inline constexpr Uuid kSampleId{0x0102030405060708, 0x090a0b0c0d0e0f10};
inline constexpr Uuid kOtherSampleId{0x1112131415161718, 0x191a1b1c1d1e1f20};

inline OpaqueBytes Opaque(std::string_view text) { return {AsBytes(text)}; }

template <typename Message>
Message Sample();

}  // namespace varve::wire
