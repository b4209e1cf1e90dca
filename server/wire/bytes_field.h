#pragma once

#include <algorithm>

#include "engine/base/bytes.h"

namespace varve::wire {

inline bool SameBytes(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Kafka's `bytes`, which nothing in a message looks into. A view: of the frame when read, of the
// caller's memory until written.
struct OpaqueBytes {
  Bytes bytes{};

  friend bool operator==(const OpaqueBytes& a, const OpaqueBytes& b) {
    return SameBytes(a.bytes, b.bytes);
  }
};

}  // namespace varve::wire
