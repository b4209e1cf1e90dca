#pragma once

#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

namespace varve::crash {

// What a record of the crash test carries: the hash of the rest, the record's number, and noise
// of varying length. So any record shows whether it is whole, acknowledged or not.
class PayloadMaker {
 public:
  explicit PayloadMaker(uint64_t seed) : random_(seed) {}

  // Valid until the next call.
  std::span<const uint8_t> Next() {
    const size_t size = kHeaderBytes + random_() % kNoiseBytesMax;
    bytes_.resize(size);
    std::memcpy(bytes_.data() + sizeof(uint64_t), &number_, sizeof(number_));
    ++number_;
    const auto noise = static_cast<uint8_t>(random_());
    for (size_t i = kHeaderBytes; i < size; ++i) bytes_[i] = static_cast<uint8_t>(noise + i * i);
    const uint64_t hash = XXH3_64bits(bytes_.data() + sizeof(hash), size - sizeof(hash));
    std::memcpy(bytes_.data(), &hash, sizeof(hash));
    return bytes_;
  }

 private:
  static constexpr size_t kHeaderBytes = 2 * sizeof(uint64_t);
  static constexpr size_t kNoiseBytesMax = 400;

  std::mt19937_64 random_;
  uint64_t number_ = random_();
  std::vector<uint8_t> bytes_;
};

inline uint64_t HashOf(std::span<const uint8_t> payload) {
  return XXH3_64bits(payload.data(), payload.size());
}

inline bool IsWhole(std::span<const uint8_t> payload) {
  uint64_t hash = 0;
  if (payload.size() < sizeof(hash)) return false;
  std::memcpy(&hash, payload.data(), sizeof(hash));
  return hash == HashOf(payload.subspan(sizeof(hash)));
}

}  // namespace varve::crash
