#include "engine/base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace varve {
namespace {

// ISA-L 2.30 leaves the upper parts of the vector registers in use. From then on every SSE
// instruction of the thread, of which compiled code is full, waits for what was in them: an append
// of 100 bytes takes twice as long.
#if defined(__x86_64__)
[[gnu::target("avx")]] void ClearUpperParts() { _mm256_zeroupper(); }

void AfterVectorCode() {
  static const bool has_upper_parts = __builtin_cpu_supports("avx") != 0;
  if (has_upper_parts) ClearUpperParts();
}
#else
void AfterVectorCode() {}
#endif

}  // namespace

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
  AfterVectorCode();
  return ~state;
}

uint32_t Crc32c(Bytes bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace varve
