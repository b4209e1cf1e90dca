#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string_view>

#include "engine/base/bytes.h"

// What stands behind compression.h: each codec in a file of its own. Only for that header's code,
// which has checked that inputs are below 2 GiB and limits at most kOutputBytesMax.
namespace varve::record::codecs {

inline constexpr size_t kOutputBytesMax = size_t{1} << 40;

Buffer CompressGzip(Bytes plain, std::optional<int> level);
Buffer CompressSnappy(Bytes plain);
Buffer CompressLz4(Bytes plain, std::optional<int> level);
Buffer CompressZstd(Bytes plain, std::optional<int> level);

absl::StatusOr<Buffer> DecompressGzip(Bytes packed, size_t bytes_max);
absl::StatusOr<Buffer> DecompressSnappy(Bytes packed, size_t bytes_max);
absl::StatusOr<Buffer> DecompressLz4(Bytes packed, size_t bytes_max);
absl::StatusOr<Buffer> DecompressZstd(Bytes packed, size_t bytes_max);

// The two ways in which decompression fails.
absl::Status PastLimit(size_t bytes_max);
absl::Status Broken(std::string_view codec, std::string_view what);

// Where a streaming decoder writes: grows as it is filled, and stops at a limit.
class Output {
 public:
  // `expansion_max`: how many bytes of output the format can make of one byte of input. Memory
  // for that many, or for bytes_max, is reserved at once and touched as it is used, so that
  // growing neither copies nor needs twice the memory.
  Output(size_t input_bytes, size_t expansion_max, size_t bytes_max);

  // Never empty: at the limit it has one byte left, which only too large an output uses.
  MutableBytes Room();
  // Keeps the first `size` bytes of Room(). Errors: ResourceExhausted past bytes_max.
  absl::Status Commit(size_t size);
  Buffer Take();

 private:
  size_t bytes_max_;
  size_t step_bytes_;
  size_t used_bytes_ = 0;
  Buffer bytes_;
};

}  // namespace varve::record::codecs
