#pragma once

#include <cstddef>

namespace varve::io {

// Memory for coroutine frames: free lists by size, one set a thread, so that a request in the
// steady state allocates none. A frame is freed on the thread that made it. Under a sanitizer
// every frame comes from the heap, so that a use after free is seen.
class FramePool {
 public:
  static void* Allocate(size_t size);
  static void Free(void* frame, size_t size);

  // Frames up to this size are kept for reuse, and at most kKeptPerClass of each size class.
  static constexpr size_t kFrameBytesMax = 4096;
  static constexpr size_t kClassBytes = 64;
  static constexpr size_t kKeptPerClass = 1024;
};

}  // namespace varve::io
