#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace varve {

// Variable-length integers: seven bits a byte, low group first, top bit set on all but the last.
// Kafka uses them plain (lengths, counts, tags) and zigzag-coded (inside records).

inline constexpr size_t kVarintBytesMax = 10;

constexpr uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

constexpr size_t VarintSize(uint64_t value) {
  size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

// Writes `value` at `at`, which has room for kVarintBytesMax bytes; returns the byte after it.
inline std::byte* PutVarint(std::byte* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<std::byte>(value);
  return at;
}

inline void AppendVarint(Buffer& buffer, uint64_t value) {
  std::byte bytes[kVarintBytesMax];
  const std::byte* end = PutVarint(bytes, value);
  buffer.insert(buffer.end(), static_cast<const std::byte*>(bytes), end);
}

// Reads one varint of at most `bits` bits from the front of `bytes` and drops it there. False if
// it is cut short or does not fit; `bytes` is then unspecified.
inline bool TakeVarint(Bytes& bytes, uint64_t& value, int bits = 64) {
  uint64_t result = 0;
  for (int shift = 0; shift < bits; shift += 7) {
    if (bytes.empty()) return false;
    const auto group = static_cast<uint64_t>(bytes.front());
    bytes = bytes.subspan(1);
    const int room = bits - shift;
    if (room < 7 && ((group & 0x7f) >> room) != 0) return false;
    result |= (group & 0x7f) << shift;
    if ((group & 0x80) == 0) {
      value = result;
      return true;
    }
  }
  return false;
}

inline bool TakeZigZag64(Bytes& bytes, int64_t& value) {
  uint64_t raw;
  if (!TakeVarint(bytes, raw, 64)) return false;
  value = UnZigZag(raw);
  return true;
}

inline bool TakeZigZag32(Bytes& bytes, int32_t& value) {
  uint64_t raw;
  if (!TakeVarint(bytes, raw, 32)) return false;
  value = static_cast<int32_t>(UnZigZag(raw));
  return true;
}

}  // namespace varve
