#include <snappy.h>

#include <algorithm>
#include <array>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/record/codecs.h"

// Two framings. Java's library writes a header and then blocks, each with its size in front; others
// write one bare block. Readers tell them apart by the header's magic.
namespace varve::record::codecs {
namespace {

struct JavaHeader {
  std::array<char, 8> magic;
  be_int32 version;
  be_int32 version_compatible;
};
static_assert(sizeof(JavaHeader) == 16);

constexpr std::array<char, 8> kJavaMagic = {'\x82', 'S', 'N', 'A', 'P', 'P', 'Y', '\0'};
constexpr size_t kBlockBytes = size_t{32} << 10;  // as Java cuts them
// A copy of 64 bytes takes three: no honest block claims more.
constexpr size_t kSnappyExpansionMax = 22;

const char* Chars(Bytes bytes) { return reinterpret_cast<const char*>(bytes.data()); }
char* Chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

bool HasJavaHeader(Bytes packed) {
  return packed.size() >= sizeof(JavaHeader) &&
         std::memcmp(packed.data(), kJavaMagic.data(), kJavaMagic.size()) == 0;
}

absl::Status AppendBlock(Bytes block, size_t bytes_max, Buffer& plain) {
  size_t claimed;
  if (!snappy::GetUncompressedLength(Chars(block), block.size(), &claimed)) {
    return Broken("snappy", "no length");
  }
  if (claimed > bytes_max - plain.size()) return PastLimit(bytes_max);
  if (claimed > block.size() * kSnappyExpansionMax) return Broken("snappy", "impossible length");
  const size_t start = plain.size();
  plain.resize(start + claimed);
  // Writes exactly `claimed` bytes, or fails.
  if (!snappy::RawUncompress(Chars(block), block.size(), Chars(plain.data() + start))) {
    return Broken("snappy", "block does not decode");
  }
  return absl::OkStatus();
}

absl::Status AppendJavaBlocks(Bytes rest, size_t bytes_max, Buffer& plain) {
  while (!rest.empty()) {
    if (rest.size() < sizeof(be_int32)) return Broken("snappy", "block size cut short");
    const auto size = LoadBigEndian<int32_t>(rest.data());
    rest = rest.subspan(sizeof(be_int32));
    if (size < 0 || static_cast<size_t>(size) > rest.size()) {
      return Broken("snappy", "block cut short");
    }
    RETURN_IF_ERROR(AppendBlock(rest.first(static_cast<size_t>(size)), bytes_max, plain));
    rest = rest.subspan(static_cast<size_t>(size));
  }
  return absl::OkStatus();
}

void PackBlock(Bytes block, Buffer& packed) {
  const size_t start = packed.size();
  packed.resize(start + sizeof(be_int32) + snappy::MaxCompressedLength(block.size()));
  std::byte* at = packed.data() + start;
  size_t size;
  snappy::RawCompress(Chars(block), block.size(), Chars(at + sizeof(be_int32)), &size);
  StoreBigEndian(at, static_cast<int32_t>(size));
  packed.resize(start + sizeof(be_int32) + size);
}

}  // namespace

Buffer CompressSnappy(Bytes plain) {
  const JavaHeader header = {kJavaMagic, 1, 1};
  Buffer packed;
  packed.reserve(sizeof(header) + snappy::MaxCompressedLength(std::min(plain.size(), kBlockBytes)));
  Append(packed, std::as_bytes(std::span(&header, 1)));
  for (Bytes rest = plain; !rest.empty();) {
    const Bytes block = rest.first(std::min(rest.size(), kBlockBytes));
    PackBlock(block, packed);
    rest = rest.subspan(block.size());
  }
  return packed;
}

absl::StatusOr<Buffer> DecompressSnappy(Bytes packed, size_t bytes_max) {
  Buffer plain;
  if (HasJavaHeader(packed)) {
    plain.reserve(std::min(bytes_max, packed.size() * kSnappyExpansionMax));
    RETURN_IF_ERROR(AppendJavaBlocks(packed.subspan(sizeof(JavaHeader)), bytes_max, plain));
  } else {
    RETURN_IF_ERROR(AppendBlock(packed, bytes_max, plain));
  }
  return plain;
}

}  // namespace varve::record::codecs
