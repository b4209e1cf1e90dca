#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

#include "engine/base/bytes.h"

// The system calls on a file's bytes, with what they leave to their caller: being interrupted,
// stopping short, too many pieces.

namespace varve::io {

// What of `into` could be read without waiting for the device; `complete` if that is all there is.
struct ResidentRead {
  size_t size = 0;
  bool complete = false;
};
ResidentRead ReadResident(int fd, uint64_t position, MutableBytes into);

// What becomes of pages that a read brought into the page cache.
enum class Behind {
  kKeep,
  kDrop,    // they leave with the read (RWF_DONTCACHE); where the system has no such read, kForget
  kForget,  // they are given up after it, and so are those that were there before
};

// Reads until `into` is full or the file ends, waiting for the device. A size, or -errno.
ssize_t ReadBlocking(int fd, uint64_t position, MutableBytes into, Behind behind);

// Writes all of `pieces`. 0 or an errno; some of them may have been written then.
int WriteBlocking(int fd, uint64_t position, std::span<const Bytes> pieces);

// Whether this kernel can count cached pages at all.
bool HasCachestat();

// True if a read of the range would not wait for the device. May be wrong when the machine is
// short of memory; never about a page whose first read is still under way at either end.
bool IsResident(int fd, uint64_t position, uint64_t size, bool use_cachestat);

}  // namespace varve::io
