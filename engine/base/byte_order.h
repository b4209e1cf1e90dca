#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace varve {

static_assert(std::endian::native == std::endian::little, "only little-endian hosts are built");

// Reverses the bytes of an integer: host order to network order and back.
template <std::integral T>
constexpr T ByteSwap(T value) {
  if constexpr (sizeof(T) == 1) {
    return value;
  } else if constexpr (sizeof(T) == 2) {
    return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  } else if constexpr (sizeof(T) == 4) {
    return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
  } else {
    static_assert(sizeof(T) == 8);
    return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
  }
}

// An integer that lies big-endian in memory, at any alignment. On disk the struct is the format:
// compose these into packed structs and copy them from and to bytes.
template <std::integral T>
class BigEndian {
 public:
  BigEndian() = default;
  constexpr BigEndian(T value) { *this = value; }  // NOLINT: stands for the integer itself

  constexpr BigEndian& operator=(T value) {
    raw_ = std::bit_cast<Raw>(ByteSwap(value));
    return *this;
  }
  constexpr operator T() const { return ByteSwap(std::bit_cast<T>(raw_)); }  // NOLINT: likewise

 private:
  struct Raw {
    unsigned char bytes[sizeof(T)];
  };
  Raw raw_{};
};

using be_int8 = BigEndian<int8_t>;
using be_int16 = BigEndian<int16_t>;
using be_int32 = BigEndian<int32_t>;
using be_int64 = BigEndian<int64_t>;
using be_uint32 = BigEndian<uint32_t>;
static_assert(sizeof(be_int64) == 8 && alignof(be_int64) == 1);
static_assert(std::is_trivially_copyable_v<be_int64>);

// Reads or writes one big-endian integer at `at`, which need not be aligned.
template <std::integral T>
T LoadBigEndian(const std::byte* at) {
  T raw;
  std::memcpy(&raw, at, sizeof(T));
  return ByteSwap(raw);
}

template <std::integral T>
void StoreBigEndian(std::byte* at, T value) {
  const T raw = ByteSwap(value);
  std::memcpy(at, &raw, sizeof(T));
}

}  // namespace varve
