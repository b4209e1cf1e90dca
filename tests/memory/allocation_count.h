#pragma once

#include <cstdint>

namespace varve::test {

// How often this program has taken memory from the heap so far, whatever the thread. A program
// that links this has its own operator new, or with a sanitizer, whose allocator has to stay, a
// hook in that.
uint64_t AllocationCount();

// With a sanitizer each coroutine is an allocation: nothing is reused that it could watch.
extern const bool kCoroutinesAllocate;

}  // namespace varve::test
