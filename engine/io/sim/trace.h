#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/crc32c.h"

namespace varve::io {

// Everything that happened in a simulated world, folded into one number in the order in which it
// happened. Two runs with the same number did the same things.
class SimTrace {
 public:
  void Fold(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15;
    hash_ ^= hash_ >> 29;
  }
  void Fold(Bytes bytes) { Fold(uint64_t{bytes.size()} << 32 | Crc32c(bytes)); }
  void Fold(std::string_view text) { Fold(AsBytes(text)); }

  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0x8a5cd789635d2dff;
};

}  // namespace varve::io
