#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve {

// A 128-bit id: of a topic, a log directory, a cluster. Kafka prints it as base64url without
// padding (22 characters) and sends it as two big-endian 64-bit halves, high first.
struct Uuid {
  uint64_t high = 0;
  uint64_t low = 0;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  bool zero() const { return high == 0 && low == 0; }

  std::string ToString() const;  // 22 characters
  std::string ToHex() const;     // 32 lower-case digits, as in "-delete" directory names
  static std::optional<Uuid> Parse(std::string_view text);

  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.high, id.low);
  }
};

// Kafka reserves 0 ("none") and 1 (the metadata topic), and never hands out an id whose text
// begins with '-': it would look like an option on a command line.
inline constexpr Uuid kMetadataTopicId{0, 1};
bool UsableAsId(const Uuid& id);

}  // namespace varve
