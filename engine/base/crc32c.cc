#include "engine/base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace varve {

uint32_t ExtendCrc32c(uint32_t crc, Bytes bytes) {
  // ISA-L takes a signed 32-bit length, and neither the initial nor the final inversion.
  constexpr size_t kPieceBytesMax = size_t{1} << 30;
  uint32_t state = ~crc;
  while (!bytes.empty()) {
    const Bytes piece = bytes.first(std::min(bytes.size(), kPieceBytesMax));
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(piece.data()));
    state = crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

uint32_t Crc32c(Bytes bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace varve
