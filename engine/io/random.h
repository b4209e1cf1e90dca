#pragma once

#include <cstdint>

#include "engine/base/uuid.h"

namespace varve::io {

// Random numbers from one seed (splitmix64). Not for secrets. One owner, no locks.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((__uint128_t{Next()} * bound) >> 64);
  }
  // True once in `n` times.
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  // An id that Kafka would hand out (version 4, not reserved, text not starting with '-').
  Uuid NewId() {
    for (;;) {
      Uuid id{Next(), Next()};
      id.high = (id.high & ~uint64_t{0xf000}) | 0x4000;
      id.low = (id.low & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
      if (UsableAsId(id)) return id;
    }
  }

 private:
  uint64_t state_;
};

}  // namespace varve::io
