#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace varve {

// CRC-32C (Castagnoli), as record batches and producer snapshots carry it.
// Crc32c("123456789") == 0xE3069283.
uint32_t Crc32c(Bytes bytes);

// Continues a checksum: ExtendCrc32c(Crc32c(a), b) == Crc32c(a followed by b).
uint32_t ExtendCrc32c(uint32_t crc, Bytes bytes);

}  // namespace varve
