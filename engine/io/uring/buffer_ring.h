#pragma once

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/io/uring/ring.h"

namespace varve::io {

// A few small buffers that the kernel takes from when bytes arrive, so that a connection that is
// only waiting holds none.
//
// Lifetime  Goes after the ring, which may still be writing.
class BufferRing {
 public:
  static constexpr unsigned kCount = 32;
  static constexpr size_t kBytes = 16384;
  static constexpr uint16_t kGroup = 1;

  BufferRing();
  ~BufferRing();
  BufferRing(const BufferRing&) = delete;
  BufferRing& operator=(const BufferRing&) = delete;

  // 0 or an errno. Once.
  int Register(Ring& ring);

  Bytes At(uint16_t id, size_t size) const { return Bytes(memory_ + id * kBytes, size); }
  // Hands a buffer to the kernel again.
  void GiveBack(uint16_t id);

 private:
  std::byte* memory_;  // the buffers, then the ring of their addresses
  io_uring_buf_ring* entries_;
};

}  // namespace varve::io
