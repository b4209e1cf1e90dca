#pragma once

#include <cstdint>
#include <cstdlib>

namespace varve::log::test {

// A number that whoever runs the tests may set.
inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

}  // namespace varve::log::test
