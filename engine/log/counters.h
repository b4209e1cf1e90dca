#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/io/clock.h"

namespace varve::log {

// How many things came together, by powers of two: 1, 2, 3 to 4, 5 to 8 and so on; the last one
// has all that were more.
struct SizeCounts {
  static constexpr size_t kBuckets = 12;

  std::array<uint64_t, kBuckets> counts{};
  uint64_t sum = 0;

  // The largest size in a bucket but the last.
  static constexpr uint64_t LargestOf(size_t index) { return uint64_t{1} << index; }

  void Add(uint64_t size) {
    const size_t index = size <= 1 ? 0 : static_cast<size_t>(std::bit_width(size - 1));
    ++counts[index < kBuckets ? index : kBuckets - 1];
    sum += size;
  }
};

// What the logs of one shard have done since it began. Plain numbers.
//
// Threads   One loop.
struct Counters {
  uint64_t appended_bytes = 0;
  SizeCounts writes{};   // batches that one write put down
  SizeCounts commits{};  // waiting appends that one sync made durable
  uint64_t syncs = 0;
  uint64_t sync_ns = 0;  // that they took

  void NoteSync(io::Duration took) {
    ++syncs;
    sync_ns += static_cast<uint64_t>(took.count());
  }
};

}  // namespace varve::log
