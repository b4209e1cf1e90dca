#pragma once

#include <cstdint>

#include "engine/io/clock.h"

namespace varve::io {

// From one duration to another, both included; each case is drawn from the seed.
struct SimSpan {
  Duration least{0};
  Duration most{0};
};

// What a simulated world is made of. The same options, the same program: the same trace.
struct SimOptions {
  uint64_t seed = 1;

  // How long calls take. One in `at_once_one_in` takes no time and does not suspend; 0: none.
  SimSpan metadata_latency{std::chrono::microseconds(5), std::chrono::microseconds(200)};
  SimSpan read_latency{std::chrono::microseconds(2), std::chrono::microseconds(300)};
  SimSpan append_latency{std::chrono::microseconds(2), std::chrono::microseconds(100)};
  SimSpan sync_latency{std::chrono::microseconds(50), std::chrono::milliseconds(5)};
  SimSpan pool_latency{std::chrono::microseconds(5), std::chrono::milliseconds(1)};
  SimSpan network_latency{std::chrono::microseconds(10), std::chrono::milliseconds(2)};
  uint64_t at_once_one_in = 4;

  // One in so many reads and appends, and of sends, happens in pieces with time between them; 0:
  // none.
  uint64_t split_one_in = 3;
  uint64_t split_sends_one_in = 3;

  // A loop's turn takes this long, so that whoever spins does not stop time.
  Duration turn{std::chrono::microseconds(1)};

  // The wall clock at the start; it goes with virtual time unless stepped.
  int64_t wall_millis = 1'735'689'600'000;  // 2025-01-01

  uint64_t disk_bytes = uint64_t{1} << 40;
  uint64_t socket_buffer_bytes = 65536;  // in flight per direction, unless a stream says else
};

}  // namespace varve::io
