#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"

// Batches for the tests of this folder.
namespace varve::record::test {

// Of VARVE_SEED if that is set, and printed; otherwise the same in every run.
uint64_t Seed();

Buffer FromHex(std::string_view hex);
std::string ToHex(Bytes bytes);

// Decoded by a client library that is not ours: two records (k, v, header h=x; null key, value
// hello) at 1700000000000 and 5 ms later, leader epoch 3.
Buffer TwoRecords();
// Likewise: the commit marker of producer 9000, epoch 2, at offset 42; coordinator epoch 7.
Buffer CommitMarker();

// As a producer sends it: `count` records with keys, values of `value_bytes`, times that rise.
Buffer Produced(int count, size_t value_bytes = 10, Codec codec = Codec::kNone);

// Text that compresses like log lines do, and bytes that do not compress at all.
Buffer Compressible(size_t size);
Buffer Incompressible(size_t size);

// Writes an integer at `position` of a batch.
template <std::integral T>
void Poke(Buffer& batch, size_t position, T value) {
  StoreBigEndian(&batch[position], value);
}
// Makes the checksum right again.
void FixCrc(Buffer& batch);

inline constexpr Codec kAllCodecs[] = {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4,
                                       Codec::kZstd};

}  // namespace varve::record::test
