#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace varve {

// Views of memory that somebody else owns. They say nothing about its lifetime: the function
// that takes or returns one does.
using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

// Bytes with an owner.
using Buffer = std::vector<std::byte>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void Append(Buffer& buffer, Bytes bytes) {
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

}  // namespace varve
