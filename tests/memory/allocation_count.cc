#include "tests/memory/allocation_count.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VARVE_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VARVE_SANITIZED true
#endif
#endif
#ifndef VARVE_SANITIZED
#define VARVE_SANITIZED false
#endif

namespace {

std::atomic<uint64_t> allocations{0};

}  // namespace

namespace varve::test {

const bool kCoroutinesAllocate = VARVE_SANITIZED;

uint64_t AllocationCount() { return allocations.load(std::memory_order_relaxed); }

}  // namespace varve::test

#if VARVE_SANITIZED

#include <sanitizer/allocator_interface.h>

extern "C" void __sanitizer_malloc_hook(const volatile void* /*place*/, size_t /*bytes*/) {
  allocations.fetch_add(1, std::memory_order_relaxed);
}

#else

namespace {

void* Counted(void* place) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (place == nullptr) std::abort();
  return place;
}

}  // namespace

// The library's other forms call these.
void* operator new(size_t bytes) { return Counted(std::malloc(bytes)); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  const auto line = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(line, (bytes + line - 1) / line * line));
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, size_t, std::align_val_t) noexcept { std::free(place); }

#endif
