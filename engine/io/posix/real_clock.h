#pragma once

#include <cstdint>

#include "engine/io/clock.h"

namespace varve::io {

// The machine's clocks.
class RealClock final : public Clock {
 public:
  MonoTime Now() const override;
  int64_t WallMillis() const override;
};

// A seed that differs in every process and for every loop.
uint64_t RandomSeed();

}  // namespace varve::io
