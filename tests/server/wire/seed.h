#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace varve::wire {

// The seed of this run: VARVE_SEED, or a new one. Print it with what fails (SCOPED_TRACE).
inline uint64_t Seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("VARVE_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return seed;
}

}  // namespace varve::wire
