#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"

// The five codecs of the records section, in the framings that Kafka's clients write and read.
namespace varve::record {

// "none", "gzip", "snappy", "lz4", "zstd": as compression.type spells them; "unknown" otherwise.
std::string_view CodecName(Codec codec);

// Writes what every client reads: gzip and zstd as they are, snappy in the framing of the Java
// library, lz4 as a frame of independent 64 KiB blocks without content checksum. `level` is
// brought into the codec's range; snappy has none; absent means the codec's own default.
// Errors    InvalidArgument: 2 GiB of input or more, or no such codec.
absl::StatusOr<Buffer> Compress(Codec codec, Bytes plain, std::optional<int> level = {});

// Undoes Compress, and reads what other writers make of the same codecs: several gzip members,
// zstd or lz4 frames in a row, snappy as one bare block, lz4 with linked blocks.
//
// Sizes that the input claims are never trusted: memory is reserved for no more than what its
// compressed bytes can expand to, and never for more than bytes_max (and the decoder's own state:
// up to 8 MiB for lz4, of which only what is used gets touched; far less for the others).
// The result may have bytes_max of capacity.
// Errors    ResourceExhausted: the output would pass bytes_max.
//           DataLoss: the input is broken, cut short, or followed by something else.
//           InvalidArgument: 2 GiB of input or more, or no such codec.
absl::StatusOr<Buffer> Decompress(Codec codec, Bytes packed, size_t bytes_max);

}  // namespace varve::record
