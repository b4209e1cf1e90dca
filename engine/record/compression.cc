#include "engine/record/compression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "engine/record/codecs.h"

namespace varve::record {
namespace {

constexpr size_t kInputBytesMax = std::numeric_limits<int32_t>::max();

absl::Status CheckInput(Codec codec, Bytes input) {
  if (static_cast<int>(codec) >= kCodecCount) {
    return absl::InvalidArgumentError(
        fmt::format("compression codec {} does not exist", static_cast<int>(codec)));
  }
  if (input.size() > kInputBytesMax) {
    return absl::InvalidArgumentError(
        fmt::format("{} bytes for a codec, at most {} go", input.size(), kInputBytesMax));
  }
  return absl::OkStatus();
}

absl::StatusOr<Buffer> Copy(Bytes plain, size_t bytes_max) {
  if (plain.size() > bytes_max) return codecs::PastLimit(bytes_max);
  return Buffer(plain.begin(), plain.end());
}

}  // namespace

std::string_view CodecName(Codec codec) {
  constexpr std::array<std::string_view, kCodecCount> kNames = {"none", "gzip", "snappy", "lz4",
                                                                "zstd"};
  const auto number = static_cast<size_t>(codec);
  return number < kNames.size() ? kNames[number] : "unknown";
}

absl::StatusOr<Buffer> Compress(Codec codec, Bytes plain, std::optional<int> level) {
  if (absl::Status input = CheckInput(codec, plain); !input.ok()) return input;
  switch (codec) {
    case Codec::kGzip:
      return codecs::CompressGzip(plain, level);
    case Codec::kSnappy:
      return codecs::CompressSnappy(plain);
    case Codec::kLz4:
      return codecs::CompressLz4(plain, level);
    case Codec::kZstd:
      return codecs::CompressZstd(plain, level);
    case Codec::kNone:
      break;
  }
  return Buffer(plain.begin(), plain.end());
}

absl::StatusOr<Buffer> Decompress(Codec codec, Bytes packed, size_t bytes_max) {
  if (absl::Status input = CheckInput(codec, packed); !input.ok()) return input;
  const size_t limit = std::min(bytes_max, codecs::kOutputBytesMax);
  switch (codec) {
    case Codec::kGzip:
      return codecs::DecompressGzip(packed, limit);
    case Codec::kSnappy:
      return codecs::DecompressSnappy(packed, limit);
    case Codec::kLz4:
      return codecs::DecompressLz4(packed, limit);
    case Codec::kZstd:
      return codecs::DecompressZstd(packed, limit);
    case Codec::kNone:
      break;
  }
  return Copy(packed, bytes_max);
}

}  // namespace varve::record
