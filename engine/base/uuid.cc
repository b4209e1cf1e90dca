#include "engine/base/uuid.h"

#include <fmt/format.h>

namespace varve {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kTextSize = 22;

// Bit `index` of the id, counted from the most significant; zero past the end.
unsigned BitAt(const Uuid& id, unsigned index) {
  if (index >= 128) return 0;
  return index < 64 ? (id.high >> (63 - index)) & 1 : (id.low >> (127 - index)) & 1;
}

}  // namespace

std::string Uuid::ToString() const {
  std::string text(kTextSize, 'A');
  for (unsigned i = 0; i < kTextSize; ++i) {
    unsigned sextet = 0;
    for (unsigned bit = 0; bit < 6; ++bit) sextet = sextet << 1 | BitAt(*this, i * 6 + bit);
    text[i] = kAlphabet[sextet];
  }
  return text;
}

std::string Uuid::ToHex() const { return fmt::format("{:016x}{:016x}", high, low); }

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  Uuid id;
  for (unsigned i = 0; i < kTextSize; ++i) {
    const size_t sextet = kAlphabet.find(text[i]);
    if (sextet == std::string_view::npos) return std::nullopt;
    for (unsigned bit = 0; bit < 6; ++bit) {
      const unsigned index = i * 6 + bit;
      const uint64_t value = (sextet >> (5 - bit)) & 1;
      if (index < 64) {
        id.high |= value << (63 - index);
      } else if (index < 128) {
        id.low |= value << (127 - index);
      } else if (value != 0) {
        return std::nullopt;  // the last character carries only two bits
      }
    }
  }
  return id;
}

bool UsableAsId(const Uuid& id) {
  return !id.zero() && id != kMetadataTopicId && id.ToString().front() != '-';
}

}  // namespace varve
