#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/record/codecs.h"

// Zstandard frames (RFC 8878). A streaming decoder would reserve the window that a frame's header
// claims, whatever the frame holds. Decoding in one go needs no window, but the size of the output:
// the frame's blocks tell an upper bound of it, each being 128 KiB at most.
namespace varve::record::codecs {
namespace {

constexpr uint32_t kFrameMagic = 0xFD2FB528;
constexpr uint32_t kSkippableMagic = 0x184D2A50;  // and the fifteen numbers after it
constexpr size_t kBlockBytesMax = size_t{128} << 10;
constexpr size_t kBlockHeaderBytes = 3;
constexpr size_t kChecksumBytes = 4;

enum BlockType : uint32_t { kRaw = 0, kRepeated = 1, kCompressed = 2, kReserved = 3 };

// Reads `size` bytes, at most 8, little-endian, and drops them. False if there are fewer.
bool Take(Bytes& rest, size_t size, uint64_t& value) {
  if (rest.size() < size) return false;
  value = 0;
  for (size_t i = 0; i < size; ++i) value |= static_cast<uint64_t>(rest[i]) << (8 * i);
  rest = rest.subspan(size);
  return true;
}

bool Skip(Bytes& rest, size_t size) {
  if (rest.size() < size) return false;
  rest = rest.subspan(size);
  return true;
}

struct FrameHeader {
  bool has_checksum;
  uint64_t content_bytes_max;  // what it claims; else the largest number
};

bool TakeFrameHeader(Bytes& rest, FrameHeader& frame) {
  uint64_t descriptor;
  if (!Take(rest, 1, descriptor)) return false;
  const bool single_segment = (descriptor & 0x20) != 0;
  const uint64_t dictionary = descriptor & 3;
  const uint64_t content = descriptor >> 6;
  const size_t window_bytes = single_segment ? 0 : 1;
  const size_t dictionary_bytes = dictionary == 3 ? 4 : dictionary;
  const size_t content_bytes = content == 0 ? (single_segment ? 1 : 0) : size_t{1} << content;
  frame.has_checksum = (descriptor & 4) != 0;
  uint64_t claimed;
  if (!Skip(rest, window_bytes + dictionary_bytes) || !Take(rest, content_bytes, claimed)) {
    return false;
  }
  if (content_bytes == 2) claimed += 256;
  frame.content_bytes_max = content_bytes == 0 ? ~uint64_t{0} : claimed;
  return true;
}

// Drops the blocks of a frame; adds up what they can hold at most.
bool TakeBlocks(Bytes& rest, uint64_t& bytes_max) {
  for (bool last = false; !last;) {
    uint64_t header;
    if (!Take(rest, kBlockHeaderBytes, header)) return false;
    last = (header & 1) != 0;
    const uint64_t type = (header >> 1) & 3;
    const size_t size = header >> 3;
    if (!Skip(rest, type == kRepeated ? 1 : size)) return false;
    bytes_max += type == kCompressed ? kBlockBytesMax : std::min(size, kBlockBytesMax);
  }
  return true;
}

bool TakeFrame(Bytes& rest, uint64_t& content_bound) {
  uint64_t magic;
  if (!Take(rest, 4, magic)) return false;
  if ((magic & ~uint64_t{15}) == kSkippableMagic) {
    uint64_t size;
    return Take(rest, 4, size) && Skip(rest, size);
  }
  FrameHeader header;
  uint64_t blocks_bound = 0;
  if (magic != kFrameMagic || !TakeFrameHeader(rest, header) || !TakeBlocks(rest, blocks_bound)) {
    return false;
  }
  content_bound += std::min(blocks_bound, header.content_bytes_max);
  return !header.has_checksum || Skip(rest, kChecksumBytes);
}

// How large the content of all frames can be at most.
absl::StatusOr<uint64_t> ContentBound(Bytes packed) {
  if (packed.empty()) return Broken("zstd", "empty");
  uint64_t bound = 0;
  for (Bytes rest = packed; !rest.empty();) {
    if (!TakeFrame(rest, bound)) return Broken("zstd", "not whole frames");
  }
  return bound;
}

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

Buffer CompressZstd(Bytes plain, std::optional<int> level) {
  Buffer packed(ZSTD_compressBound(plain.size()));
  const size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(),
                                    level.value_or(ZSTD_CLEVEL_DEFAULT));
  VARVE_CHECK(!ZSTD_isError(size), "{}", ZSTD_getErrorName(size));
  packed.resize(size);
  return packed;
}

absl::StatusOr<Buffer> DecompressZstd(Bytes packed, size_t bytes_max) {
  ASSIGN_OR_RETURN(const uint64_t bound, ContentBound(packed));
  Buffer plain(std::max<size_t>(std::min<uint64_t>(bound, bytes_max), 1));
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  VARVE_CHECK(context != nullptr, "out of memory");
  const size_t size =
      ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(size)) {
    const bool too_small = ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall;
    if (too_small && bound > bytes_max) return PastLimit(bytes_max);
    return Broken("zstd", ZSTD_getErrorName(size));
  }
  if (size > bytes_max) return PastLimit(bytes_max);
  plain.resize(size);
  return plain;
}

}  // namespace varve::record::codecs
